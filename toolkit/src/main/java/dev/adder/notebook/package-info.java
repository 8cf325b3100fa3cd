/** How each type shows itself in a notebook, and progress in place. */
@NullMarked
package dev.adder.notebook;

import org.jspecify.annotations.NullMarked;
