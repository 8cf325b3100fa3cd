package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gradients on one way back: of intermediate tensors, until their operator takes them, and of
 * trained leaves, where the engine keeps them. Closes a gradient when nobody needs it any more.
 */
final class Gradients {

  private final Map<NDArray, NDArray> ofTensor = new IdentityHashMap<>();

  /** How many tensors have this gradient: an operator may give one to several inputs. */
  private final Map<NDArray, Integer> holders = new IdentityHashMap<>();

  void put(NDArray tensor, NDArray gradient) {
    hold(gradient);
    merge(tensor, gradient);
  }

  /** Removes the gradient of a tensor; the caller must {@link #release} it. */
  @Nullable NDArray take(NDArray tensor) {
    return ofTensor.remove(tensor);
  }

  private void hold(NDArray gradient) {
    holders.merge(gradient, 1, Integer::sum);
  }

  void release(NDArray gradient) {
    if (holders.merge(gradient, -1, Integer::sum) == 0) {
      holders.remove(gradient);
      gradient.close();
    }
  }

  /** Adds a gradient that is already held to that of a tensor. */
  private void merge(NDArray tensor, NDArray gradient) {
    NDArray present = ofTensor.get(tensor);
    if (present == null) {
      ofTensor.put(tensor, gradient);
    } else if (holders.get(present) == 1) {
      Addition.addTo(present, gradient);
      release(gradient);
    } else {
      NDArray sum = present.duplicate();
      Addition.addTo(sum, gradient);
      release(present);
      release(gradient);
      hold(sum);
      ofTensor.put(tensor, sum);
    }
  }

  /** The sink of one operator's way back; {@link Sink#deliver} passes on what it was given. */
  Sink sink(List<NDArray> inputs, boolean[] needed, boolean[] leaf) {
    return new Sink(inputs, needed, leaf);
  }

  final class Sink implements GradientSink {

    private record Given(int input, NDArray gradient) {}

    private final List<NDArray> inputs;
    private final boolean[] needed;
    private final boolean[] leaf;
    private final List<Given> given = new ArrayList<>();

    /** Gradients of leaves that the engine does not hold yet. */
    private final List<Given> first = new ArrayList<>();

    private Sink(List<NDArray> inputs, boolean[] needed, boolean[] leaf) {
      this.inputs = inputs;
      this.needed = needed;
      this.leaf = leaf;
    }

    @Override
    public boolean needs(int input) {
      return needed[input];
    }

    @Override
    public void add(int input, NDArray gradient) {
      if (!needed[input]) {
        throw new IllegalArgumentException("Input " + input + " needs no gradient.");
      }
      hold(gradient);
      given.add(new Given(input, gradient));
    }

    @Override
    public Target target(int input) {
      NDArray tensor = inputs.get(input);
      NDArray present = leaf[input] ? ofLeaf(tensor) : ofTensor.get(tensor);
      if (present != null && (leaf[input] || holders.get(present) == 1)) {
        return new Target(present, true);
      }
      NDArray fresh = tensor.getManager().create(tensor.getShape(), tensor.getDataType());
      if (leaf[input]) {
        first.add(new Given(input, fresh));
      } else {
        add(input, fresh);
      }
      return new Target(fresh, false);
    }

    void deliver() {
      for (Given one : first) {
        addToLeaf(inputs.get(one.input()), one.gradient());
        one.gradient().close();
      }
      for (Given one : given) {
        NDArray input = inputs.get(one.input());
        if (leaf[one.input()]) {
          addToLeaf(input, one.gradient());
          release(one.gradient());
        } else {
          merge(input, one.gradient());
        }
      }
    }
  }

  private static @Nullable NDArray ofLeaf(NDArray leaf) {
    return JniUtils.getGradient((PtNDArray) leaf);
  }

  /** Adds to the gradient that the engine keeps at a trained leaf. */
  private static void addToLeaf(NDArray leaf, NDArray gradient) {
    NDArray present = ofLeaf(leaf);
    if (present == null) {
      JniUtils.backward((PtNDArray) leaf, (PtNDArray) gradient, false, false);
    } else {
      Addition.addTo(present, gradient);
      present.close();
    }
  }
}
