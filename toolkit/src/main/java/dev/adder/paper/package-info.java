/** What the paper says: numbers, grids and the comparison with ours. */
@NullMarked
package dev.adder.paper;

import org.jspecify.annotations.NullMarked;
