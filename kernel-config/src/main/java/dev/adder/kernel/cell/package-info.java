/** Cells of Java, evaluated in this JVM. Nothing here knows Jupyter. */
@NullMarked
package dev.adder.kernel.cell;

import org.jspecify.annotations.NullMarked;
