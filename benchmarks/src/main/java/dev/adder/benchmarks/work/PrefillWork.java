package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.MambaState;
import dev.adder.tensor.Tape;
import java.io.IOException;
import java.nio.file.Path;

/** Reading a prompt: the logits after its last token, and the state behind it. */
final class PrefillWork implements Work {

  private final NDManager manager;
  private final Mamba model;
  private final NDArray ids;

  private PrefillWork(Mamba model, NDManager manager, Task task) {
    this.manager = manager;
    this.model = model;
    ids = Given.ids(manager, task.batch(), task.length(), model.config().vocabSize());
  }

  static PrefillWork open(Task task) throws IOException {
    NDManager manager = NDManager.newBaseManager("PyTorch");
    return new PrefillWork(Checkpoint.load(Path.of(task.folder()), manager), manager, task);
  }

  @Override
  public double run() {
    try (NDManager pass = manager.newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference();
        MambaState state = MambaState.empty(pass, model.config(), (int) ids.getShape().get(0))) {
      scope.suppressNotUsedWarning();
      return model.next(tape, ids, state).max().toFloatArray()[0];
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
