package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.adder.model.Mamba;
import dev.adder.model.MambaState;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;

/** Decoding by {@link Mamba#next}, from an empty past. */
final class StateDecoder implements Decoder {

  private final Mamba model;
  private final NDManager manager;
  private final MambaState state;

  StateDecoder(Mamba model, NDManager parent) {
    this.model = model;
    manager = parent.newSubManager();
    state = MambaState.empty(manager, model.config(), 1);
  }

  @Override
  public float[] next(int token) {
    try (NDManager pass = manager.newSubManager();
        NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      NDArray ids = RawTensor.create(pass, new long[] {token}, new Shape(1, 1));
      return model.next(tape, ids, state).toFloatArray();
    }
  }

  @Override
  public void close() {
    state.close();
    manager.close();
  }
}
