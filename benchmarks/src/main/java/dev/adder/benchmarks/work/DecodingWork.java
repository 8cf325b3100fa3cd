package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDManager;
import dev.adder.model.Checkpoint;
import dev.adder.model.Decoder;
import dev.adder.model.Mamba;
import java.io.IOException;
import java.nio.file.Path;

/** Making tokens one by one, always the likeliest, from an empty past. */
final class DecodingWork implements Work {

  private final NDManager manager;
  private final Mamba model;
  private final Decoder decoder;
  private final int tokens;

  private DecodingWork(Mamba model, NDManager manager, int tokens) {
    this.manager = manager;
    this.model = model;
    decoder = Decoder.of(model);
    this.tokens = tokens;
  }

  static DecodingWork open(Task task) throws IOException {
    NDManager manager = NDManager.newBaseManager("PyTorch");
    return new DecodingWork(
        Checkpoint.load(Path.of(task.folder()), manager), manager, task.length());
  }

  /** Returns the largest logit after the first token. */
  @Override
  public double run() {
    decoder.reset();
    int token = Given.token(0, model.config().vocabSize());
    double first = 0;
    for (int i = 0; i < tokens; i++) {
      float[] logits = decoder.step(token);
      token = largest(logits);
      first = i == 0 ? logits[token] : first;
    }
    return first;
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  @Override
  public void close() {
    decoder.close();
    manager.close();
  }
}
