/** The command line: reproduce, run-notebook, kernel, pretrain, doctor. */
@NullMarked
package dev.adder.cli;

import org.jspecify.annotations.NullMarked;
