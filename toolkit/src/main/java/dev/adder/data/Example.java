package dev.adder.data;

/**
 * One example as text.
 *
 * @param input what the model reads, without the instruction and without the closing separator
 * @param label what it must answer
 */
public record Example(String input, String label) {}
