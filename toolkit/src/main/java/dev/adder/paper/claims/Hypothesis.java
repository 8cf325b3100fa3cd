package dev.adder.paper.claims;

/**
 * Something a claim asks for, which can be dropped by its name.
 *
 * @param name such as "distinct eigenvalues"
 * @param says what it asks for, in words
 * @param broken what an instance looks like when it is dropped, in words
 */
public record Hypothesis(String name, String says, String broken) {}
