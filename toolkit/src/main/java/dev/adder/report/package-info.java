/** Turns results into Tablesaw tables and plots; computes nothing. */
@NullMarked
package dev.adder.report;

import org.jspecify.annotations.NullMarked;
