/** Mamba as blocks of named weights; checkpoints in and out. */
@NullMarked
package dev.adder.model;

import org.jspecify.annotations.NullMarked;
