/** Runs a plan's phases and yields an immutable log. */
@NullMarked
package dev.adder.training;

import org.jspecify.annotations.NullMarked;
