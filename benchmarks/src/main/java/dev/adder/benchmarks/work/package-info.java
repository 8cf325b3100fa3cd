/** What is measured of Adder, each piece ready to be run again and again. */
@NullMarked
package dev.adder.benchmarks.work;

import org.jspecify.annotations.NullMarked;
