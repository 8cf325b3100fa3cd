package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
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

    void replace(NDArray newWindow, NDArray newHidden) {
      NDManager manager = window.getManager();
      window.close();
      hidden.close();
      window = keep(newWindow, manager);
      hidden = keep(newHidden, manager);
    }

    private static NDArray keep(NDArray array, NDManager manager) {
      ai.djl.ndarray.NDScope.unregister(array);
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
    MambaState state = new MambaState(parent.newSubManager());
    for (int i = 0; i < config.layers(); i++) {
      NDArray window = state.manager.zeros(new Shape(batch, config.dConv() - 1L, config.dInner()));
      NDArray hidden = state.manager.zeros(new Shape(batch, config.dInner(), config.dState()));
      ai.djl.ndarray.NDScope.unregister(window, hidden);
      state.blocks.add(new Block(window, hidden));
    }
    return state;
  }

  Block block(int layer) {
    return blocks.get(layer);
  }

  @Override
  public void close() {
    manager.close();
  }
}
