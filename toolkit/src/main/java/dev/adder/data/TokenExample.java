package dev.adder.data;

import java.util.Arrays;

/**
 * One example as tokens: the prompt, and the label that follows it.
 *
 * @param prompt instruction and input; at least one token
 * @param label at least one token
 */
@SuppressWarnings("ArrayRecordComponent")
public record TokenExample(int[] prompt, int[] label) {

  public TokenExample {
    if (prompt.length == 0 || label.length == 0) {
      throw new IllegalArgumentException(
          "An example has %d prompt tokens and %d label tokens; each needs at least one."
              .formatted(prompt.length, label.length));
    }
  }

  /** Tokens that the model reads: all but the last of prompt and label. */
  public int length() {
    return prompt.length + label.length - 1;
  }

  /** Writes inputs and targets into a row; a target is the token that comes next, or −100. */
  void write(int[] inputs, int[] targets, int offset) {
    int[] all = Arrays.copyOf(prompt, prompt.length + label.length);
    System.arraycopy(label, 0, all, prompt.length, label.length);
    System.arraycopy(all, 0, inputs, offset, length());
    System.arraycopy(label, 0, targets, offset + prompt.length - 1, label.length);
  }
}
