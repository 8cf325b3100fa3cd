package dev.adder.model;

import dev.adder.tensor.RawTensor;
import java.util.List;

/**
 * Sequences that a model reads token by token side by side, each with a past of its own. What one
 * of them says depends neither on the others nor on their number.
 *
 * <p>For one thread at a time, and only while the model's tensors are open.
 */
public interface Sequences extends AutoCloseable {

  /**
   * The fastest there is for this model: a {@link Decoder} in float32 on the CPU, else the engine's
   * own operators.
   *
   * @param model it stays as it is, and training it on does not change what is read later
   */
  static Sequences of(Mamba model) {
    boolean readable = model.weights().stream().allMatch(each -> RawTensor.isFloat(each.frozen()));
    return readable ? Decoder.of(model) : new EngineSequences(model);
  }

  /**
   * Forgets everything and reads prompts; each becomes a sequence.
   *
   * @param prompts each of at least one token
   */
  void start(List<int[]> prompts);

  /** Number of sequences. */
  int count();

  /**
   * Logits of the token after a sequence's last.
   *
   * @param row of the sequence
   * @return valid until the next call that reads or keeps
   */
  float[] logits(int row);

  /** Reads one token for each sequence. */
  void advance(int[] tokens);

  /**
   * Goes on with some of the sequences: the i-th from now on has the past of the one that was at
   * {@code rows[i]}. One may be named several times, or not at all.
   */
  void keep(int[] rows);

  @Override
  void close();
}
