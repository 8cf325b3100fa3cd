/** The paper's theorems as values that are checked, in float64, on the toolkit's own blocks. */
@NullMarked
package dev.adder.paper.claims;

import org.jspecify.annotations.NullMarked;
