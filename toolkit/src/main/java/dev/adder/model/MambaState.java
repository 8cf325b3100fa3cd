package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a model remembers of the tokens it has read: per block the convolution's window and the SSM
 * state.
 */
public final class MambaState implements AutoCloseable {

  /**
   * The memory of one block: window (b, d_conv − 1, d_inner) and hidden state (b, d_inner,
   * d_state).
   */
  static final class Block {
    private NDArray window;
    private NDArray hidden;

    Block(NDArray window, NDArray hidden) {
      this.window = window;
      this.hidden = hidden;
    }

    NDArray window() {
      return window;
    }

    NDArray hidden() {
      return hidden;
    }

    /** Takes over what is known after some tokens; what the past leaves out stays. */
    void replace(Past past) {
      NDManager manager = window.getManager();
      if (past.window() != null) {
        window.close();
        window = keep(past.window(), manager);
      }
      if (past.hidden() != null) {
        hidden.close();
        hidden = keep(past.hidden(), manager);
      }
    }

    private static NDArray keep(NDArray array, NDManager manager) {
      NDScope.unregister(array);
      array.attach(manager);
      return array;
    }
  }

  private final NDManager manager;
  private final List<Block> blocks = new ArrayList<>();

  private MambaState(NDManager manager) {
    this.manager = manager;
  }

  /**
   * The state before the first token.
   *
   * @param batch number of sequences
   */
  public static MambaState empty(NDManager parent, MambaConfig config, int batch) {
    return empty(parent, config, batch, DataType.FLOAT32);
  }

  /**
   * The state before the first token.
   *
   * @param batch number of sequences
   * @param type the model's own
   */
  public static MambaState empty(NDManager parent, MambaConfig config, int batch, DataType type) {
    MambaState state = new MambaState(parent.newSubManager());
    Shape window = new Shape(batch, config.dConv() - 1L, config.dInner());
    Shape hidden = new Shape(batch, config.dInner(), config.dState());
    for (int i = 0; i < config.layers(); i++) {
      state.add(state.manager.zeros(window, type), state.manager.zeros(hidden, type));
    }
    return state;
  }

  /** The sequences of several states, one behind the other, as a state of its own. */
  static MambaState join(NDManager parent, List<MambaState> states) {
    MambaState joined = new MambaState(parent.newSubManager());
    for (int i = 0; i < states.get(0).blocks.size(); i++) {
      NDList windows = new NDList();
      NDList hidden = new NDList();
      for (MambaState state : states) {
        windows.add(state.block(i).window());
        hidden.add(state.block(i).hidden());
      }
      joined.add(NDArrays.concat(windows, 0), NDArrays.concat(hidden, 0));
    }
    return joined;
  }

  /** Goes on with the sequences of these rows, in this order; one may be named several times. */
  void keep(int[] rows) {
    long[] wide = Arrays.stream(rows).asLongStream().toArray();
    try (NDArray index = RawTensor.create(manager, wide, new Shape(wide.length))) {
      for (Block block : blocks) {
        NDIndex chosen = new NDIndex("{}", index);
        block.replace(new Past(block.window().get(chosen), block.hidden().get(chosen)));
      }
    }
  }

  private void add(NDArray window, NDArray hidden) {
    blocks.add(new Block(Block.keep(window, manager), Block.keep(hidden, manager)));
  }

  /**
   * The state before the first token of a model, with what methods have put there: a prompt, a
   * prefix, an initial state.
   *
   * @param model whose extra states, if it has any, are merged
   * @param batch number of sequences
   */
  public static MambaState before(Mamba model, NDManager parent, int batch) {
    NDArray table = model.weights().get(0).frozen();
    DataType type = NativeTensor.isBf16(table) ? DataType.FLOAT32 : table.getDataType();
    MambaState state = empty(parent, model.config(), batch, type);
    if (!model.opened().isEmpty()) {
      try (NDScope scope = new NDScope();
          Tape tape = Tape.inference()) {
        scope.suppressNotUsedWarning();
        List<Past> starts = model.starts(tape, batch);
        for (int layer = 0; layer < starts.size(); layer++) {
          state.block(layer).replace(starts.get(layer));
        }
      }
    }
    return state;
  }

  /** The convolution's last inputs in a block: (b, d_conv − 1, d_inner). */
  public NDArray window(int layer) {
    return blocks.get(layer).window();
  }

  /** The SSM state of a block: (b, d_inner, d_state). */
  public NDArray hidden(int layer) {
    return blocks.get(layer).hidden();
  }

  Block block(int layer) {
    return blocks.get(layer);
  }

  @Override
  public void close() {
    manager.close();
  }
}
