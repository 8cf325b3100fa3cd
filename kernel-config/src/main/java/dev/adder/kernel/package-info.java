/** The Java kernel, the notebook runner and the command line. */
@NullMarked
package dev.adder.kernel;

import org.jspecify.annotations.NullMarked;
