package dev.adder.data;

/**
 * Where examples come from, for tables and captions.
 *
 * @param title such as "Recognizing Textual Entailment (GLUE)"
 * @param made how the examples came here: files and revision, or how they were generated
 * @param generated whether they are a quick twin's and not the data set's own
 * @param licence under which the data set is published
 * @param citation of the data set
 */
public record Origin(
    String title, String made, boolean generated, String licence, String citation) {}
