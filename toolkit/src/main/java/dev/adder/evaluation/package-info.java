/** Scores a model on a task and yields an immutable evaluation. */
@NullMarked
package dev.adder.evaluation;

import org.jspecify.annotations.NullMarked;
