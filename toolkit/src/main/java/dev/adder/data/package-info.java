/** Named tasks and their examples, turned into batches of tokens. */
@NullMarked
package dev.adder.data;

import org.jspecify.annotations.NullMarked;
