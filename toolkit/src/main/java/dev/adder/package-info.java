/** The fluent front: load, adapt, train, evaluate. */
@NullMarked
package dev.adder;

import org.jspecify.annotations.NullMarked;
