package dev.adder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.ssm.Discretization;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Safetensors;
import dev.adder.tensor.Tape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Deep S4 of all kinds: two routes to one number, files, bad input. */
class DeepS4Test {

  @TempDir private Path folder;
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** A geometry in one of the two types. */
  record Kind(S4Config config, DataType type) {
    double tolerance() {
      return type == DataType.FLOAT64 ? 1e-12 : 2e-5;
    }
  }

  static Stream<Kind> kinds() {
    S4Config stack = S4Config.stack(5, 3, 4);
    return Stream.of(
            stack,
            stack.real(),
            stack.discretised(Discretization.BILINEAR),
            stack.discrete(),
            stack.real().discrete().linear(),
            S4Config.stack(18, 2, 1),
            stack.with(new S4Config.Ends(2, 3)))
        .flatMap(
            config ->
                Stream.of(DataType.FLOAT32, DataType.FLOAT64).map(type -> new Kind(config, type)));
  }

  private DeepS4 model(Kind kind) {
    S4Config config = kind.config();
    if (config.discretization().isPresent()) {
      return S4Start.RANDOM.model(config, kind.type(), manager, KeyedRandom.of(1));
    }
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (WeightSpec spec : S4Weights.of(config)) {
      float size = spec.target().equals("A") ? 0.4f : 1;
      tensors.put(spec.name(), normal(spec.name(), size, kind.type(), shape(spec)));
    }
    return new DeepS4(config, tensors);
  }

  private static Shape shape(WeightSpec spec) {
    return new Shape(spec.shape().stream().mapToLong(Long::longValue).toArray());
  }

  private NDArray normal(String key, float deviation, DataType type, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    KeyedRandom.of(2).derive(key).fillNormal(values, deviation);
    return RawTensor.create(manager, values, shape).toType(type, false);
  }

  private NDArray input(Kind kind, int batch, int length) {
    S4Config config = kind.config();
    int inputs = config.ends().map(S4Config.Ends::inputs).orElse(config.dModel());
    return normal("u", 1, kind.type(), new Shape(batch, length, inputs));
  }

  private static void assertClose(NDArray a, NDArray b, double tolerance) {
    assertThat(a.getShape()).isEqualTo(b.getShape());
    double[] left = RawTensor.of(a).toDoubleArray();
    double[] right = RawTensor.of(b).toDoubleArray();
    double scale = 1 + Arrays.stream(right).map(Math::abs).max().orElse(0);
    for (int i = 0; i < left.length; i++) {
      assertThat(Math.abs(left[i] - right[i]) / scale)
          .as("entry %d: %s beside %s", i, left[i], right[i])
          .isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void convolution_and_recurrence_give_the_same_outputs(Kind kind) {
    DeepS4 model = model(kind);
    try (Tape tape = Tape.inference()) {
      for (int length : new int[] {1, 2, 19}) {
        NDArray u = input(kind, 3, length);
        NDArray stepped = model.run(tape, u, new NDList()).output();
        assertClose(model.forward(tape, u), stepped, kind.tolerance());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void a_sequence_in_two_pieces_goes_on_where_it_stopped(Kind kind) {
    if (kind.config().ends().isPresent()) {
      return; // The mean over time is of one call.
    }
    DeepS4 model = model(kind);
    try (Tape tape = Tape.inference()) {
      NDArray u = input(kind, 2, 11);
      DeepS4.Stepped first = model.run(tape, u.get(new NDIndex(":, :4")).duplicate(), new NDList());
      NDArray rest = u.get(new NDIndex(":, 4:")).duplicate();
      DeepS4.Stepped second = model.run(tape, rest, first.states());
      DeepS4.Stepped whole = model.run(tape, u, new NDList());
      assertClose(first.output().concat(second.output(), 1), whole.output(), kind.tolerance());
      for (int i = 0; i < whole.states().size(); i++) {
        assertClose(second.states().get(i), whole.states().get(i), kind.tolerance());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void an_initial_state_acts_alike_in_convolution_and_recurrence(Kind kind) {
    S4 s4 = model(kind).layers().get(0).s4();
    S4Config config = kind.config();
    Shape shape = new Shape(config.dModel(), config.dState());
    NDArray initial = normal("h", 1, kind.type(), config.complex() ? shape.add(2) : shape);
    NDArray u = normal("u", 1, kind.type(), new Shape(2, 9, config.dModel()));
    try (Tape tape = Tape.inference()) {
      NDArray convolved = s4.convolve(tape, u, initial);
      assertClose(convolved, s4.scan(tape, u, initial).get(0), kind.tolerance());
      NDArray without = s4.convolve(tape, u, null);
      NDArray added = convolved.sub(without);
      // What an initial state adds depends on no input (paper v1, prefix-tuning).
      assertClose(added.get(0), added.get(1), 10 * kind.tolerance());
      assertThat(added.abs().max().toType(DataType.FLOAT64, false).getDouble()).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void an_empty_sequence_leaves_the_state_as_it_is(Kind kind) {
    DeepS4 model = model(kind);
    NDArray none = input(kind, 2, 0);
    try (Tape tape = Tape.inference()) {
      if (kind.config().ends().isPresent()) {
        assertThatThrownBy(() -> model.forward(tape, none))
            .hasMessageContaining("their mean over time is undefined");
        return;
      }
      assertThat(model.forward(tape, none).getShape())
          .isEqualTo(new Shape(2, 0, kind.config().dModel()));
      NDList states = model.run(tape, input(kind, 2, 3), new NDList()).states();
      NDList after = model.run(tape, none, states).states();
      for (int i = 0; i < states.size(); i++) {
        assertClose(after.get(i), states.get(i), 1e-30);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void plain_operators_give_the_same_outputs(Kind kind) {
    DeepS4 model = model(kind);
    NDArray u = input(kind, 2, 7);
    NDArray fused;
    try (Tape tape = Tape.inference()) {
      fused = model.forward(tape, u);
    }
    try (Tape tape = Tape.reference()) {
      assertClose(fused, model.forward(tape, u), kind.tolerance());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void a_saved_model_loads_to_the_same_bits(Kind kind) throws IOException {
    DeepS4 model = model(kind);
    S4Checkpoint.save(model, folder);
    DeepS4 loaded = S4Checkpoint.load(folder, manager);
    assertThat(loaded.config()).isEqualTo(kind.config());
    assertThat(loaded.type()).isEqualTo(kind.type());
    for (Weight weight : model.weights()) {
      NDArray again = loaded.weight(weight.spec().name()).frozen();
      assertThat(RawTensor.of(again).toDoubleArray())
          .as(weight.spec().name())
          .containsExactly(RawTensor.of(weight.frozen()).toDoubleArray());
    }
  }

  @Test
  void the_outputs_are_those_of_the_definition() {
    // One channel, two real discrete states: x = (1/2, 1/4) x + (1, 2) u, y = (3, 5) x + 7 u.
    S4 s4 =
        S4.of(
            doubles(new Shape(1, 2), 0.5, 0.25),
            doubles(new Shape(1, 2), 1, 2),
            doubles(new Shape(1, 2), 3, 5),
            doubles(new Shape(1), 7));
    NDArray u = doubles(new Shape(1, 3, 1), 1, 0, -1);
    try (Tape tape = Tape.inference()) {
      // K = 13, 4, 1.375
      assertThat(s4.kernel(tape, 3).toDoubleArray()).containsExactly(13, 4, 1.375);
      assertThat(s4.convolve(tape, u, null).toDoubleArray()).containsExactly(20, 4, -18.625);
      NDList scanned = s4.scan(tape, u, null);
      assertThat(scanned.get(0).toDoubleArray()).containsExactly(20, 4, -18.625);
      assertThat(scanned.get(1).toDoubleArray()).containsExactly(-0.75, -1.875);
    }
  }

  @Test
  void a_complex_state_stands_for_itself_and_its_conjugate() {
    double radius = 0.9;
    double angle = 0.7;
    double re = radius * Math.cos(angle);
    double im = radius * Math.sin(angle);
    S4 s4 =
        S4.of(
            doubles(new Shape(1, 1, 2), re, im),
            doubles(new Shape(1, 1, 2), 1, 0),
            doubles(new Shape(1, 1, 2), 0.5, 0),
            doubles(new Shape(1), 0));
    try (Tape tape = Tape.inference()) {
      double[] kernel = s4.kernel(tape, 6).toDoubleArray();
      for (int t = 0; t < 6; t++) {
        assertThat(kernel[t])
            .isCloseTo(
                Math.pow(radius, t) * Math.cos(angle * t),
                org.assertj.core.api.Assertions.within(1e-15));
      }
    }
  }

  private NDArray doubles(Shape shape, double... values) {
    return RawTensor.create(manager, values, shape);
  }

  @Test
  void the_parameters_are_those_of_the_paper() {
    assertThat(S4Weights.size(S4Config.stack(64, 1, 16))).isEqualTo(8_384);
    assertThat(S4Weights.size(S4Config.stack(64, 4, 16))).isEqualTo(33_536);
  }

  @Test
  void as_a_djl_block_it_gives_the_same() {
    Kind kind = new Kind(S4Config.classifier(1, 10), DataType.FLOAT32);
    DeepS4 model = model(kind);
    NDArray u = input(kind, 2, 6);
    NDList block =
        model.forward(new ai.djl.training.ParameterStore(manager, false), new NDList(u), false);
    assertThat(model.getOutputShapes(new Shape[] {u.getShape()}))
        .containsExactly(block.get(0).getShape());
    try (Tape tape = Tape.inference()) {
      assertClose(model.forward(tape, u), block.get(0), 2e-5);
    }
  }

  @Test
  void cross_entropy_of_even_odds_is_the_logarithm_of_the_classes() {
    Kind kind = new Kind(S4Config.stack(4, 1, 2), DataType.FLOAT64);
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (WeightSpec spec : S4Weights.of(kind.config())) {
      tensors.put(spec.name(), manager.zeros(shape(spec), DataType.FLOAT64));
    }
    DeepS4 model = new DeepS4(kind.config(), tensors);
    NDArray u = input(kind, 1, 3);
    try (Tape tape = Tape.inference()) {
      assertThat(model.crossEntropy(tape, u, new int[] {0, 3, 1}).toDoubleArray()[0])
          .isCloseTo(Math.log(4), org.assertj.core.api.Assertions.within(1e-15));
      assertThatThrownBy(() -> model.crossEntropy(tape, u, new int[] {0}))
          .hasMessage("1 labels are given for 3 outputs; give one each.");
    }
  }

  @Test
  void bad_input_is_told_before_anything_is_computed() {
    Kind kind = new Kind(S4Config.stack(4, 2, 2), DataType.FLOAT64);
    DeepS4 model = model(kind);
    try (Tape tape = Tape.inference()) {
      NDArray floats = normal("u", 1, DataType.FLOAT32, new Shape(1, 3, 4));
      assertThatThrownBy(() -> model.forward(tape, floats))
          .hasMessage(
              "Deep S4 got an input of shape (1, 3, 4) and type float32; expected (batch, length, 4) and float64.");
      NDArray narrow = normal("u", 1, DataType.FLOAT64, new Shape(1, 3, 5));
      assertThatThrownBy(() -> model.forward(tape, narrow))
          .hasMessageContaining("expected (batch, length, 4)");
      NDArray u = input(kind, 1, 3);
      assertThatThrownBy(() -> model.run(tape, u, new NDList(u)))
          .hasMessageContaining("1 states are given for 2 layers");
      S4 s4 = model.layers().get(0).s4();
      assertThatThrownBy(() -> s4.scan(tape, u, u))
          .hasMessageContaining("the first state (d, n …)");
    }
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    model.weights().forEach(weight -> tensors.put(weight.spec().name(), weight.frozen()));
    tensors.put("layers.1.s4.D", normal("d", 1, DataType.FLOAT32, new Shape(4)));
    assertThatThrownBy(() -> new DeepS4(kind.config(), tensors))
        .hasMessageContaining("layers.1.s4.D of type float32")
        .hasMessageContaining("float32 or float64 throughout");
    tensors.remove("layers.1.s4.D");
    assertThatThrownBy(() -> new DeepS4(kind.config(), tensors))
        .hasMessageContaining("lacks the tensor layers.1.s4.D of shape [4]");
    assertThatThrownBy(() -> S4Config.stack(4, 0, 2))
        .hasMessage("layers is 0; it must be at least 1.");
    assertThatThrownBy(
            () ->
                S4Start.RANDOM.model(
                    kind.config().discrete(), kind.type(), manager, KeyedRandom.of(1)))
        .hasMessageContaining("Leave out discrete()");
  }

  @Test
  void a_damaged_checkpoint_is_refused_by_name() throws IOException {
    Kind kind = new Kind(S4Config.stack(4, 1, 2), DataType.FLOAT32);
    S4Checkpoint.save(model(kind), folder);
    Path weights = folder.resolve("model.safetensors");
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(weights)) {
      for (String name : file.names()) {
        tensors.put(name, file.read(name, manager));
      }
    }
    NDArray d = tensors.remove("layers.0.s4.D");
    tensors.put("layers.0.s4.E", d);
    Safetensors.write(weights, tensors, Map.of());
    assertThatThrownBy(() -> S4Checkpoint.load(folder, manager))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing [layers.0.s4.D], unexpected [layers.0.s4.E]");
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("zero_order_hold", "euler"));
    assertThatThrownBy(() -> S4Checkpoint.load(folder, manager))
        .hasMessageContaining("discretization \"euler\"; it must be zero_order_hold, bilinear");
    Files.delete(config);
    assertThatThrownBy(() -> S4Checkpoint.load(folder, manager))
        .hasMessageContaining("config.json is missing");
  }
}
