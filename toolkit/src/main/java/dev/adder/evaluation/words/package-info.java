/** Words of a text as the reference implementations of the metrics see them. */
@NullMarked
package dev.adder.evaluation.words;

import org.jspecify.annotations.NullMarked;
