/** The command line: reproduce, lab, pretrain, doctor. */
@NullMarked
package dev.adder.cli;

import org.jspecify.annotations.NullMarked;
