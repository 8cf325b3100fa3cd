package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * How the operators of one pass through a model are carried out, and, when recording, the way back.
 *
 * <p>A recording tape is a list of operator applications. {@link #backward} goes through it last
 * one first, hands each operator the gradients of its outputs and sums up those of its inputs. The
 * engine's own graph is used inside {@link #plain} only, and on a reference tape, where it is all
 * there is.
 *
 * <p>A tape belongs to one thread and one pass. Opening it sets the engine's gradient mode of the
 * thread; closing restores it.
 */
public final class Tape implements AutoCloseable {

  private enum Mode {
    REFERENCE,
    RECORDING,
    INFERENCE
  }

  private record Entry(FusedOperator operator, NDList inputs, NDList outputs, boolean[] needed) {}

  private final Mode mode;
  private final KeyedRandom random;
  private final boolean training;
  private final boolean gradientModeBefore;
  private final List<Entry> entries = new ArrayList<>();

  /** Outputs that depend on something trained. */
  private final Map<NDArray, Boolean> live = new IdentityHashMap<>();

  private Tape(Mode mode, KeyedRandom random, boolean training) {
    this.mode = mode;
    this.random = random;
    this.training = training;
    gradientModeBefore = JniUtils.isGradMode();
    JniUtils.setGradMode(mode == Mode.REFERENCE);
  }

  /**
   * Plain operators only, on one engine graph: slow, obvious, what the fused ones are tested by.
   */
  public static Tape reference() {
    return new Tape(Mode.REFERENCE, KeyedRandom.of(0), false);
  }

  /**
   * Fused operators, with the way back, and what only training does, such as dropout.
   *
   * @param random where this pass takes its random numbers from
   */
  public static Tape training(KeyedRandom random) {
    return new Tape(Mode.RECORDING, random, true);
  }

  /** Fused operators, with the way back, and without dropout. */
  public static Tape recording() {
    return new Tape(Mode.RECORDING, KeyedRandom.of(0), false);
  }

  /** Fused operators, forward only; nothing is kept. */
  public static Tape inference() {
    return new Tape(Mode.INFERENCE, KeyedRandom.of(0), false);
  }

  /** Whether what only training does, such as dropout, is done. */
  public boolean isTraining() {
    return training;
  }

  /** The random numbers of this pass; a caller derives its own by key. */
  public KeyedRandom random() {
    return random;
  }

  /** Runs an operator on inputs and returns its outputs. */
  public NDList apply(FusedOperator operator, NDArray... inputs) {
    NDList given = new NDList(inputs);
    if (mode == Mode.REFERENCE) {
      return operator.reference(given);
    }
    if (mode == Mode.INFERENCE) {
      return operator.forward(given, false);
    }
    boolean[] needed = new boolean[inputs.length];
    boolean any = false;
    for (int i = 0; i < inputs.length; i++) {
      needed[i] = live.containsKey(inputs[i]) || JniUtils.requiresGrad((PtNDArray) inputs[i]);
      any |= needed[i];
    }
    NDList outputs = operator.forward(given, any);
    if (any) {
      outputs.forEach(output -> live.put(output, true));
      entries.add(new Entry(operator, given, outputs, needed));
    }
    return outputs;
  }

  /** Runs a function of plain operators on inputs; the engine differentiates it. */
  public NDArray plain(Function<NDList, NDArray> function, NDArray... inputs) {
    return apply(new EnginePiece(function), inputs).get(0);
  }

  /**
   * Adds the gradient of a scalar to every trained leaf it depends on.
   *
   * @param loss scalar made on this tape
   */
  public void backward(NDArray loss) {
    NDArray one = loss.getManager().ones(loss.getShape(), loss.getDataType());
    if (mode == Mode.REFERENCE) {
      JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
      return;
    }
    if (!live.containsKey(loss)) {
      throw new IllegalStateException(
          mode == Mode.INFERENCE
              ? "This tape keeps no way back: it was opened by Tape.inference(). Use Tape.recording()."
              : "The loss depends on nothing that is trained. Attach a method with a target first.");
    }
    Map<NDArray, NDArray> gradients = new IdentityHashMap<>();
    gradients.put(loss, one);
    for (int i = entries.size() - 1; i >= 0; i--) {
      back(entries.get(i), gradients);
    }
    entries.clear();
    live.clear();
  }

  private void back(Entry entry, Map<NDArray, NDArray> gradients) {
    NDList outputGradients = new NDList();
    boolean reached = false;
    for (NDArray output : entry.outputs()) {
      NDArray gradient = gradients.remove(output);
      reached |= gradient != null;
      outputGradients.add(gradient == null ? output.zerosLike() : gradient);
    }
    if (!reached) {
      return;
    }
    NDList inputGradients =
        entry.operator().backward(entry.inputs(), outputGradients, entry.needed());
    for (int i = 0; i < entry.inputs().size(); i++) {
      if (!entry.needed()[i]) {
        continue;
      }
      NDArray input = entry.inputs().get(i);
      NDArray gradient = inputGradients.get(i);
      if (live.containsKey(input)) {
        gradients.merge(input, gradient, NDArray::add);
      } else {
        // A trained leaf: the engine adds to the gradient it keeps there.
        JniUtils.backward((PtNDArray) input, (PtNDArray) gradient, false, false);
      }
    }
  }

  @Override
  public void close() {
    JniUtils.setGradMode(gradientModeBefore);
  }

  /** A piece of engine graph between two cuts. */
  private static final class EnginePiece implements FusedOperator {

    private final Function<NDList, NDArray> function;
    private final NDList leaves = new NDList();
    private NDArray output;

    EnginePiece(Function<NDList, NDArray> function) {
      this.function = function;
    }

    @Override
    public NDList forward(NDList inputs, boolean differentiate) {
      if (!differentiate) {
        return new NDList(function.apply(inputs));
      }
      for (NDArray input : inputs) {
        PtNDArray leaf = JniUtils.detachGradient((PtNDArray) input);
        if (leaf.getDataType().isFloating()) {
          JniUtils.attachGradient(leaf, true);
        }
        leaves.add(leaf);
      }
      JniUtils.setGradMode(true);
      try {
        output = function.apply(leaves);
      } finally {
        JniUtils.setGradMode(false);
      }
      return new NDList(JniUtils.detachGradient((PtNDArray) output));
    }

    @Override
    public NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
      JniUtils.backward(
          (PtNDArray) Objects.requireNonNull(output),
          (PtNDArray) outputGradients.get(0),
          false,
          false);
      NDList gradients = new NDList();
      for (int i = 0; i < leaves.size(); i++) {
        NDArray gradient = needed[i] ? JniUtils.getGradient((PtNDArray) leaves.get(i)) : null;
        gradients.add(needed[i] && gradient == null ? leaves.get(i).zerosLike() : gradient);
      }
      return gradients;
    }

    @Override
    public NDList reference(NDList inputs) {
      return new NDList(function.apply(inputs));
    }
  }
}
