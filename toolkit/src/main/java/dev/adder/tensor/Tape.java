package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

  /** One application; {@code leaf} tells the needed inputs that are trained, not computed. */
  private record Entry(
      FusedOperator operator, NDList inputs, NDList outputs, boolean[] needed, boolean[] leaf) {}

  private final Mode mode;
  private final KeyedRandom random;
  private final boolean training;
  private final boolean recomputes;
  private final boolean gradientModeBefore;
  private final List<Entry> entries = new ArrayList<>();

  /** Outputs that depend on something trained. */
  private final Map<NDArray, Boolean> live = new IdentityHashMap<>();

  private Tape(Mode mode, KeyedRandom random, boolean training, boolean recomputes) {
    VectorSupport.require();
    this.mode = mode;
    this.recomputes = recomputes;
    this.random = random;
    this.training = training;
    gradientModeBefore = JniUtils.isGradMode();
    JniUtils.setGradMode(mode == Mode.REFERENCE);
    if (spares()) {
      EngineMemory.spare(true);
    }
  }

  /**
   * Plain operators only, on one engine graph: slow, obvious, what the fused ones are tested by.
   */
  public static Tape reference() {
    return new Tape(Mode.REFERENCE, KeyedRandom.of(0), false, false);
  }

  /**
   * Fused operators, with the way back, and what only training does, such as dropout.
   *
   * @param random where this pass takes its random numbers from
   * @param recomputes whether blocks are computed anew on the way back instead of being kept: less
   *     memory for one more forward pass
   */
  public static Tape training(KeyedRandom random, boolean recomputes) {
    return new Tape(Mode.RECORDING, random, true, recomputes);
  }

  /** Fused operators, with the way back, and without dropout. */
  public static Tape recording() {
    return new Tape(Mode.RECORDING, KeyedRandom.of(0), false, false);
  }

  /** Fused operators, forward only; nothing is kept. */
  public static Tape inference() {
    return new Tape(Mode.INFERENCE, KeyedRandom.of(0), false, true);
  }

  /** Whether memory counts more than time. */
  private boolean spares() {
    return mode == Mode.RECORDING && recomputes;
  }

  /** Whether what only training does, such as dropout, is done. */
  public boolean isTraining() {
    return training;
  }

  /** Whether a model should hand its blocks to {@link #recomputed}. */
  public boolean recomputes() {
    return recomputes;
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
    FusedOperator carried =
        operator.accepts(given)
            ? operator
            : operator.onGpu(given).orElseGet(() -> new EnginePiece(operator::reference));
    if (mode == Mode.INFERENCE) {
      return carried.forward(given, false);
    }
    boolean[] needed = new boolean[inputs.length];
    boolean[] leaf = new boolean[inputs.length];
    boolean any = false;
    for (int i = 0; i < inputs.length; i++) {
      leaf[i] = !live.containsKey(inputs[i]) && JniUtils.requiresGrad((PtNDArray) inputs[i]);
      needed[i] = leaf[i] || live.containsKey(inputs[i]);
      any |= needed[i];
    }
    NDList outputs = carried.forward(given, any);
    if (any) {
      outputs.forEach(output -> live.put(output, true));
      entries.add(new Entry(carried, given, outputs, needed, leaf));
    }
    return outputs;
  }

  /** Runs a function of plain operators on inputs; the engine differentiates it. */
  public NDArray plain(Function<NDList, NDArray> function, NDArray... inputs) {
    return apply(new EnginePiece(given -> new NDList(function.apply(given))), inputs).get(0);
  }

  /**
   * Runs a part of a model that is computed anew on the way back instead of being kept.
   *
   * @param part from a tape and the inputs to the outputs; a pure function of them and of what is
   *     trained
   */
  public NDList recomputed(BiFunction<Tape, NDList, NDList> part, NDArray... inputs) {
    NDList given = new NDList(inputs);
    if (mode != Mode.RECORDING) {
      return mode == Mode.REFERENCE
          ? part.apply(this, given)
          : new Recomputation(part, this).forward(given, false);
    }
    boolean[] needed = new boolean[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      needed[i] = live.containsKey(inputs[i]);
    }
    Recomputation operator = new Recomputation(part, this);
    NDList outputs = operator.forward(given, true);
    outputs.forEach(output -> live.put(output, true));
    entries.add(new Entry(operator, given, outputs, needed, new boolean[inputs.length]));
    return outputs;
  }

  /** A tape for the same pass that keeps nothing. */
  Tape forgetting() {
    return new Tape(Mode.INFERENCE, random, training, false);
  }

  /** A tape for the same pass on which these inputs count as computed from something trained. */
  Tape recordingAgain(NDList inputs) {
    Tape tape = new Tape(Mode.RECORDING, random, training, false);
    inputs.forEach(input -> tape.live.put(input, true));
    return tape;
  }

  /** The way back from several outputs; what is left are the gradients of the inputs. */
  Gradients backward(NDList outputs, NDList outputGradients) {
    Gradients gradients = new Gradients();
    for (int i = 0; i < outputs.size(); i++) {
      if (outputGradients.get(i) != null) {
        gradients.put(outputs.get(i), outputGradients.get(i).duplicate());
      }
    }
    back(gradients, null);
    return gradients;
  }

  /**
   * Adds the gradient of a scalar to every trained leaf it depends on. Everything this pass has
   * computed is freed on the way, except the scalar.
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
    Gradients gradients = new Gradients();
    gradients.put(loss, one);
    back(gradients, loss);
  }

  /** Goes through the entries, last one first; {@code kept} is not freed. */
  private void back(Gradients gradients, @Nullable NDArray kept) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      back(entry, gradients);
      for (NDArray output : entry.outputs()) {
        if (output != kept) {
          output.close();
        }
      }
    }
    entries.clear();
    live.clear();
  }

  private static void back(Entry entry, Gradients gradients) {
    NDList outputGradients = new NDList();
    boolean reached = false;
    for (NDArray output : entry.outputs()) {
      NDArray gradient = gradients.take(output);
      reached |= gradient != null;
      outputGradients.add(gradient);
    }
    if (!reached) {
      return;
    }
    Gradients.Sink sink = gradients.sink(entry.inputs(), entry.needed(), entry.leaf());
    entry.operator().backward(entry.inputs(), outputGradients, sink);
    sink.deliver();
    for (NDArray gradient : outputGradients) {
      if (gradient != null) {
        gradients.release(gradient);
      }
    }
  }

  @Override
  public void close() {
    JniUtils.setGradMode(gradientModeBefore);
    if (spares()) {
      EngineMemory.spare(false);
    }
  }
}
