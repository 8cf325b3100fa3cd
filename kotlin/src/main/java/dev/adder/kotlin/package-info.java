/** Adder's values in the Kotlin kernel. */
@NullMarked
package dev.adder.kotlin;

import org.jspecify.annotations.NullMarked;
