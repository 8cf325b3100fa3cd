package dev.adder;

import ai.djl.ndarray.NDManager;
import dev.adder.adapter.Share;
import dev.adder.data.SequenceBatches;
import dev.adder.data.SyntheticRegression;
import dev.adder.data.Tokens;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.Placement;
import dev.adder.model.S4Config;
import dev.adder.tensor.TensorOwners;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The door: loads a pretrained state space model. */
public final class Ssm {

  private Ssm() {}

  /**
   * Loads a model with its tokenizer.
   *
   * @param model {@code quick}, the small Mamba that comes with the toolkit, or a folder in the
   *     Hugging Face layout ({@code config.json}, {@code model.safetensors}, {@code
   *     tokenizer.json})
   * @throws IllegalStateException if Java was started without its vectors
   * @throws IOException if there is no such model, or a file of it is damaged
   */
  public static PretrainedModel load(String model) throws IOException {
    return load(model, Placement.cpu());
  }

  /**
   * Loads a model with its tokenizer onto a device: {@code load("quick", Placement.gpu().bf16())}.
   *
   * @param model as above
   * @param placement where its tensors lie, and in which type; adapting and training follow it
   * @throws IllegalArgumentException if bf16 is asked for on the CPU
   * @throws IllegalStateException if the GPU is not there or cannot be used; the message says why
   * @throws IOException if there is no such model, or a file of it is damaged
   */
  public static PretrainedModel load(String model, Placement placement) throws IOException {
    placement.requireUsable();
    if (model.equals(QuickModel.NAME)) {
      return load(QuickModel.NAME, QuickModel.folder(), placement);
    }
    Path folder = Path.of(model);
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "There is no model \"%s\". Say \"quick\", or name a folder with config.json, model.safetensors and tokenizer.json."
              .formatted(model));
    }
    return load(folder.getFileName().toString(), folder, placement);
  }

  private static PretrainedModel load(String name, Path folder, Placement placement)
      throws IOException {
    VectorSupport.require();
    Workers.threads();
    NDManager manager = TensorOwners.create(placement.device());
    try {
      Mamba mamba = Checkpoint.load(folder, manager, placement);
      Tokens tokens = Tokens.load(folder.resolve("tokenizer.json"));
      if (tokens.vocabularySize() > mamba.config().vocabSize()) {
        throw new IOException(
            "%s: the tokenizer has %d entries, the model %d. Use the tokenizer the model was trained with."
                .formatted(folder, tokens.vocabularySize(), mamba.config().vocabSize()));
      }
      return new PretrainedModel(name, Fingerprint.of(folder), mamba, tokens, manager, placement);
    } catch (IOException | RuntimeException failure) {
      manager.close();
      throw failure;
    }
  }

  /**
   * The paper's synthetic experiment: a random deep S4 model of 4 layers and 16 states is adapted
   * to a random target of 1 layer and 8 states.
   *
   * @param inputs such as {@code SyntheticRegression.PAPER}, or smaller
   */
  public static SyntheticS4 deepS4(SyntheticRegression inputs) {
    return SyntheticS4.of(inputs);
  }

  /**
   * The same with models of other geometry.
   *
   * @param frozen the model that is adapted, a bare stack
   * @param target the model whose outputs are to be reached, a bare stack
   */
  public static SyntheticS4 deepS4(SyntheticRegression inputs, S4Config frozen, S4Config target) {
    return SyntheticS4.of(inputs, frozen, target);
  }

  /**
   * A deep S4 classifier of raw sequences, with random weights: {@code
   * deepS4(SequentialImages.MNIST.quick().batches(16, 1))}. As released it has 4 layers of 64
   * channels and 16 states; batches of 64 are the release's.
   */
  public static SequenceClassifier deepS4(SequenceBatches batches) {
    return SequenceClassifier.of(batches);
  }

  /**
   * The same with a model of other geometry.
   *
   * @param config with an encoder for the task's numbers per step and a decoder to its classes
   */
  public static SequenceClassifier deepS4(SequenceBatches batches, S4Config config) {
    return SequenceClassifier.of(batches, config);
  }

  /** A share of channels or states, such as {@code sdlora(percent(1), percent(25))}. */
  public static Share percent(double percent) {
    return Share.percent(percent);
  }
}
