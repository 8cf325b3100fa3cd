package dev.adder.benchmarks.compare;

/**
 * One run of a task.
 *
 * @param seconds how long it took
 * @param check the figure that both sides must agree on; NaN where there is none
 */
record Run(double seconds, double check) {}
