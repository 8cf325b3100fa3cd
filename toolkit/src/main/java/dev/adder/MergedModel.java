package dev.adder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.data.Tokens;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import dev.adder.tensor.TensorOwners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * A model with its adapter merged into the weights: an ordinary Mamba in tensors of its own.
 * Neither the base model nor the adapted one is changed, so that unmerging is closing it.
 *
 * <p>Merging rounds: W + ΔW is float32, whereas the adapter keeps both apart. How far the two
 * models' logits are apart is measured on merging.
 */
public final class MergedModel implements AutoCloseable {

  private static final int PROBE_TOKENS = 64;

  /** Above this share of the largest logit, something else than rounding has happened. */
  private static final double BOUND = 1e-3;

  private final Mamba mamba;
  private final Tokens tokens;
  private final NDManager manager;
  private final double largestDifference;
  private final double largestLogit;

  private MergedModel(
      Mamba mamba, Tokens tokens, NDManager manager, double difference, double logit) {
    this.mamba = mamba;
    this.tokens = tokens;
    this.manager = manager;
    largestDifference = difference;
    largestLogit = logit;
  }

  /**
   * Merges an adapted model.
   *
   * @throws IllegalArgumentException if what the adapter adds is no weight of a Mamba
   * @throws IllegalStateException if the merged model says something else
   */
  static MergedModel of(Mamba adapted, Tokens tokens) {
    Checkpoint.requireOrdinary(adapted);
    NDManager manager = TensorOwners.create(adapted.manager());
    try {
      Mamba merged = adapted.merged(manager);
      float[] before = logits(adapted);
      float[] after = logits(merged);
      double difference = 0;
      double largest = 0;
      for (int i = 0; i < before.length; i++) {
        difference = Math.max(difference, Math.abs((double) before[i] - after[i]));
        largest = Math.max(largest, Math.abs(before[i]));
      }
      if (!(difference <= BOUND * largest)) {
        throw new IllegalStateException(
            "Merging changes a logit by %.3g, of at most %.3g: more than rounding does. Use the adapter unmerged."
                .formatted(difference, largest));
      }
      return new MergedModel(merged, tokens, manager, difference, largest);
    } catch (RuntimeException failure) {
      manager.close();
      throw failure;
    }
  }

  private static float[] logits(Mamba model) {
    long[] ids = new long[PROBE_TOKENS];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = KeyedRandom.of(1).below(i, model.config().vocabSize());
    }
    try (NDManager pass = model.manager().newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      NDArray given = RawTensor.create(pass, ids, new Shape(1, ids.length));
      return model.logits(tape, given).toType(DataType.FLOAT32, false).toFloatArray();
    }
  }

  /** The merged model. */
  public Mamba mamba() {
    return mamba;
  }

  /** Largest difference of a logit between merged and unmerged, on 64 random tokens. */
  public double largestDifference() {
    return largestDifference;
  }

  /**
   * Saves it in the Hugging Face layout.
   *
   * @param folder made if need be
   */
  public void save(Path folder) throws IOException {
    Checkpoint.save(mamba, folder);
    Files.copy(
        tokens.file(), folder.resolve("tokenizer.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "merged: logits differ by at most %.2g, of at most %.3g",
        largestDifference,
        largestLogit);
  }

  /** Frees the merged weights; the base and the adapted model stay as they are. */
  @Override
  public void close() {
    manager.close();
  }
}
