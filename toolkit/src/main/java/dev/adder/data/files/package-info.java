/** Files as publishers ship them: fetched, verified, unpacked, and read row by row. */
@NullMarked
package dev.adder.data.files;

import org.jspecify.annotations.NullMarked;
