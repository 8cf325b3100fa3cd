package dev.adder.data;

/**
 * How an example becomes tokens. Three pieces are encoded each by itself and then joined: the
 * prefix, the input with a separator behind it, and the label with the answer's ending.
 *
 * @param instruction read before every input; may be empty
 * @param separated whether a separator stands behind the instruction
 */
public record Template(String instruction, boolean separated) {

  /** Text between the pieces; ordinary text to the tokenizer. */
  public static final String SEPARATOR = "###";

  /** No instruction at all. */
  public static final Template PLAIN = new Template("", false);

  /** The first piece. */
  public String prefix() {
    return separated ? instruction + SEPARATOR : instruction;
  }

  /** The second piece. */
  public String input(Example example) {
    return example.input() + SEPARATOR;
  }
}
