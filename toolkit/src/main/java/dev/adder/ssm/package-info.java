/** State-space mathematics on tensors; no parameters, no files. */
@NullMarked
package dev.adder.ssm;

import org.jspecify.annotations.NullMarked;
