/** JMH benchmarks of single operators. */
@NullMarked
package dev.adder.benchmarks.operators;

import org.jspecify.annotations.NullMarked;
