package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.adder.ssm.BiasedActivation;
import dev.adder.ssm.MeanSquaredError;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Repeat;
import dev.adder.tensor.Sum;
import dev.adder.tensor.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Layers of S4 as a DJL block of named weights, in float32 or float64.
 *
 * <p>The bare stack maps sequences (b, l, d) to sequences (b, l, d). With {@link S4Config.Ends} an
 * encoder stands before it, each layer is added to its input, and the mean over time goes through a
 * decoder: (b, l, inputs) to (b, classes). As in the released code no norm is applied.
 */
public final class DeepS4 extends StateSpaceModel<DeepS4> {

  private final S4Config config;
  private final List<S4Layer> layers = new ArrayList<>();

  /**
   * @param tensors frozen values by name, of the shapes {@link S4Weights} lists, all float32 or all
   *     float64
   */
  public DeepS4(S4Config config, Map<String, NDArray> tensors) {
    super(S4Weights.of(config), tensors);
    this.config = config;
    requireOneType();
    build();
  }

  private DeepS4(DeepS4 original) {
    super(original);
    config = original.config;
    build();
  }

  private void build() {
    for (int layer = 0; layer < config.layers(); layer++) {
      layers.add(new S4Layer(config, block(layer)));
    }
  }

  private void requireOneType() {
    for (Weight weight : weights()) {
      DataType found = weight.frozen().getDataType();
      if (found != type() || (found != DataType.FLOAT32 && found != DataType.FLOAT64)) {
        throw new IllegalArgumentException(
            "%s is of type %s, %s of type %s; a deep S4 model is float32 or float64 throughout."
                .formatted(weights().get(0).spec().name(), type(), weight.spec().name(), found));
      }
    }
  }

  public S4Config config() {
    return config;
  }

  /** Float32 or float64. */
  public DataType type() {
    return weights().get(0).frozen().getDataType();
  }

  /** The layers in order. */
  public List<S4Layer> layers() {
    return List.copyOf(layers);
  }

  @Override
  public DeepS4 bare() {
    return new DeepS4(this);
  }

  /**
   * The output for whole sequences from an empty past, by convolutions.
   *
   * @param u (b, l, inputs); inputs is d for the bare stack
   * @return (b, l, d), or (b, classes) with a decoder
   */
  public NDArray forward(Tape tape, NDArray u) {
    requireInputs(u);
    NDArray stream = encode(tape, u);
    for (int i = 0; i < layers.size(); i++) {
      NDArray after = layers.get(i).convolve(tape, stream, start(tape, i));
      stream = behind(tape, stream, after);
    }
    return decode(tape, stream);
  }

  /**
   * The same one step after the other, going on from given states.
   *
   * @param u (b, l, inputs); with a decoder, the mean is over these steps
   * @param states one per layer as this method returns them; empty for an empty past
   */
  public Stepped run(Tape tape, NDArray u, NDList states) {
    requireInputs(u);
    if (!states.isEmpty() && states.size() != layers.size()) {
      throw new IllegalArgumentException(
          "%d states are given for %d layers; give one per layer, or none for an empty past."
              .formatted(states.size(), layers.size()));
    }
    NDList last = new NDList();
    NDArray stream = encode(tape, u);
    for (int i = 0; i < layers.size(); i++) {
      NDArray before = states.isEmpty() ? start(tape, i) : states.get(i);
      NDList scanned = layers.get(i).scan(tape, stream, before);
      stream = behind(tape, stream, scanned.get(0));
      last.add(scanned.get(1));
    }
    return new Stepped(decode(tape, stream), last);
  }

  /**
   * What {@link #run} gives.
   *
   * @param output (b, l, d), or (b, classes) with a decoder
   * @param states behind the last step, one per layer: (b, d, n), or (b, d, n, 2) if complex
   */
  public record Stepped(NDArray output, NDList states) {}

  /** Mean squared error against a target of the output's shape, a scalar (1). */
  public NDArray squaredError(Tape tape, NDArray u, NDArray target) {
    return tape.apply(new MeanSquaredError(), forward(tape, u), target).get(0);
  }

  /**
   * Mean cross-entropy in nats, a scalar (1).
   *
   * @param labels the class of every sequence, or for the bare stack of every step, whose classes
   *     are the channels
   */
  public NDArray crossEntropy(Tape tape, NDArray u, int[] labels) {
    return tape.plain(outputs -> crossEntropy(outputs.get(0), labels), forward(tape, u));
  }

  private static NDArray crossEntropy(NDArray outputs, int[] labels) {
    NDArray logits = Product.rows(outputs);
    long rows = logits.getShape().get(0);
    if (rows != labels.length) {
      throw new IllegalArgumentException(
          "%d labels are given for %d outputs; give one each.".formatted(labels.length, rows));
    }
    long[] classes = java.util.Arrays.stream(labels).asLongStream().toArray();
    NDArray oneHot =
        RawTensor.create(logits.getManager(), classes, new Shape(rows))
            .oneHot(Math.toIntExact(logits.getShape().get(1)))
            .toType(logits.getDataType(), false);
    NDArray picked = logits.logSoftmax(1).mul(oneHot).sum(new int[] {1});
    return picked.mean().neg().reshape(1);
  }

  /**
   * What a layer begins from: nothing, a learned state, or what it keeps of a learned prefix, whose
   * own outputs nobody reads.
   */
  private @Nullable NDArray start(Tape tape, int layer) {
    NDArray state =
        opened(layer, OpenPlaces.INITIAL_STATE).map(weight -> weight.value(tape)).orElse(null);
    NDArray prefix =
        opened(layer, OpenPlaces.PREFIX).map(weight -> weight.value(tape)).orElse(null);
    if (prefix == null) {
      return state;
    }
    Repeat batchOfOne = new Repeat(new Shape(1).addAll(prefix.getShape()));
    NDArray read = tape.apply(batchOfOne, prefix).get(0);
    NDArray last = layers.get(layer).s4().scan(tape, read, state).get(1);
    return tape.plain(all -> all.get(0).squeeze(0), last);
  }

  /** Zeros: without training, a learned state or prefix is nothing. */
  @Override
  NDArray empty(WeightSpec place, NDManager owner) {
    boolean known =
        place.target().equals(OpenPlaces.INITIAL_STATE) || place.target().equals(OpenPlaces.PREFIX);
    return known ? owner.zeros(new Shape(place.shape()), type()) : super.empty(place, owner);
  }

  private NDArray encode(Tape tape, NDArray u) {
    return config.ends().isEmpty() ? u : affine(tape, "encoder", u);
  }

  private NDArray behind(Tape tape, NDArray before, NDArray after) {
    return config.ends().isEmpty() ? after : tape.apply(new Sum(), before, after).get(0);
  }

  private NDArray decode(Tape tape, NDArray stream) {
    if (config.ends().isEmpty()) {
      return stream;
    }
    NDArray mean = tape.plain(all -> all.get(0).mean(new int[] {1}), stream);
    return affine(tape, "decoder", mean);
  }

  private NDArray affine(Tape tape, String name, NDArray x) {
    NDArray y = weight(name + ".weight").linear(tape, x).get(0);
    NDArray bias = weight(name + ".bias").value(tape);
    return tape.apply(new BiasedActivation(false), y, bias).get(0);
  }

  private void requireInputs(NDArray u) {
    long inputs = config.ends().map(ends -> (long) ends.inputs()).orElse((long) config.dModel());
    Shape shape = u.getShape();
    if (shape.dimension() != 3 || shape.get(2) != inputs || u.getDataType() != type()) {
      throw new IllegalArgumentException(
          "Deep S4 got an input of shape %s and type %s; expected (batch, length, %d) and %s."
              .formatted(shape, u.getDataType(), inputs, type()));
    }
    if (config.ends().isPresent() && shape.get(1) == 0) {
      throw new IllegalArgumentException(
          "Deep S4 got sequences of no steps; their mean over time is undefined. Give at least one step.");
    }
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    try (Tape tape = Tape.reference()) {
      return new NDList(forward(tape, inputs.singletonOrThrow()));
    }
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    Shape in = inputShapes[0];
    return new Shape[] {config.ends().map(ends -> new Shape(in.get(0), ends.classes())).orElse(in)};
  }
}
