/** Fine-tuning methods as values, and the updates they attach. */
@NullMarked
package dev.adder.adapter;

import org.jspecify.annotations.NullMarked;
