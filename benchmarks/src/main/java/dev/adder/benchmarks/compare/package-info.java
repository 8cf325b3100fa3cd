/** Adder side by side with other implementations, measured turn by turn in one run. */
@NullMarked
package dev.adder.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
