/** Adder's values in the JJava kernel. */
@NullMarked
package dev.adder.jjava;

import org.jspecify.annotations.NullMarked;
