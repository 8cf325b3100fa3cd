package dev.adder.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.data.SyntheticRegression;
import dev.adder.model.DeepS4;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.S4Checkpoint;
import dev.adder.model.S4Config;
import dev.adder.model.S4Start;
import dev.adder.model.S4Weights;
import dev.adder.model.Weight;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Tape;
import dev.adder.training.Objective;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method that exists for deep S4 × every invariant, on a tiny model. */
class S4MethodMatrixTest {

  private static final S4Config GEOMETRY = S4Config.stack(6, 2, 4);
  private static final SyntheticRegression INPUTS = new SyntheticRegression(5, 9, 6, 3);
  private static final Share TWO = Share.count(2);
  private static final Share THREE = Share.count(3);

  @TempDir private Path folder;
  private NDManager manager;

  static Stream<PeftMethod> methods() {
    Lora linear = new Lora(2, 2, 0, Targets.of("linear"));
    PeftMethod rest = PartialTuning.of("D", "linear.bias");
    S4Sdt sdt = S4Sdt.of(3, 2).warmUp(3);
    return Stream.of(
        new FullFineTuning(),
        PartialTuning.of("D"),
        PartialTuning.of("log_dt", "C", "A_imag", "log_A_real"),
        PartialTuning.of("ssm"),
        PartialTuning.of("all-linear"),
        new PartialTuning(Targets.of("linear").layers(1, 2)),
        new BitFit(),
        linear,
        linear.and(rest),
        linear.and(rest).and(PartialTuning.of("log_dt")),
        linear.and(rest).and(new S4Lora(2)),
        linear.dora(),
        linear.plus(16),
        new S4Lora(3),
        Lora.of(2, "C"),
        new InitialStateTuning(false),
        PrefixTuning.of(3),
        new InitialStateTuning(false).and(PrefixTuning.of(2)).and(new BitFit()),
        sdt,
        sdt.withColumns().and(rest),
        sdt.and(linear).and(rest),
        sdt.rankedBy(S4Ranking.MAGNITUDE),
        sdt.rankedBy(S4Ranking.GRADIENT),
        sdt.rankedBy(S4Ranking.LOSS),
        sdt.rankedBy(S4Ranking.RANDOM),
        sdt.usable(Share.count(5), THREE).and(rest));
  }

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void free() {
    manager.close();
  }

  private DeepS4 base(DataType type) {
    return S4Start.RANDOM.model(GEOMETRY, type, manager, KeyedRandom.of(11));
  }

  private Objective objective(DeepS4 model) {
    DeepS4 target =
        S4Start.RANDOM.model(S4Config.stack(6, 1, 2), model.type(), manager, KeyedRandom.of(12));
    return Objective.regression(model, target, i -> INPUTS.get(0));
  }

  private List<DimensionSelection> selections(PeftMethod method, DeepS4 base) {
    if (method.warmUp().isEmpty()) {
      return List.of();
    }
    if (base.type() == DataType.FLOAT64) {
      // Chosen by hand: AdamW trains float32.
      float[][] scores = new float[6][4];
      return List.of(
          new DimensionSelection(0, List.of(4, 0, 2), three(1, 3), scores),
          new DimensionSelection(1, List.of(1, 5, 3), three(0, 2), scores));
    }
    WarmUp warmUp = method.warmUp().get();
    try (AdaptedModel<DeepS4> measured =
        AdaptedModel.attach(base, warmUp.attachments(base.specs()), manager, KeyedRandom.of(3))) {
      DeepS4 model = measured.model();
      switch (warmUp.kind()) {
        case TRAINING -> train(model, warmUp.updates(10));
        case GRADIENT -> loop(model).probe(objective(model), warmUp.updates(10));
        case NONE -> {}
      }
      Objective.Batch batch = objective(model).batch(0);
      return warmUp.select(model, () -> TrainingLoop.loss(model, batch), 7);
    }
  }

  private static List<List<Integer>> three(int first, int second) {
    List<Integer> states = List.of(first, second);
    return List.of(states, states, states);
  }

  private AdaptedModel<DeepS4> attach(PeftMethod method, DeepS4 base) {
    return AdaptedModel.attach(
        base,
        method.attachments(base.specs(), selections(method, base)),
        manager,
        KeyedRandom.of(5));
  }

  private static TrainingLoop loop(DeepS4 model) {
    return new TrainingLoop(model, TrainingSettings.S4, KeyedRandom.of(6));
  }

  private TrainingLog train(DeepS4 model, int steps) {
    return loop(model).run("main", objective(model), steps, steps, (step, log) -> {});
  }

  private NDArray input(DataType type) {
    float[] values = new float[2 * 7 * 6];
    KeyedRandom.of(13).fillNormal(values, 3);
    return RawTensor.create(manager, values, new Shape(2, 7, 6)).toType(type, false);
  }

  private double[] outputs(DeepS4 model, Tape opened) {
    try (Tape tape = opened) {
      return numbers(model.forward(tape, input(model.type())));
    }
  }

  private static double[] numbers(NDArray tensor) {
    return RawTensor.of(JniUtils.detachGradient((PtNDArray) tensor)).toDoubleArray();
  }

  private static double apart(double[] a, double[] b) {
    assertThat(a).hasSameSizeAs(b);
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  private static double size(double[] a) {
    return apart(a, new double[a.length]);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void attaching_changes_an_output_only_where_the_method_says_so(PeftMethod method) {
    DeepS4 base = base(DataType.FLOAT32);
    double[] before = outputs(base, Tape.inference());
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      double difference = apart(outputs(adapted.model(), Tape.inference()), before);
      if (method.startsNeutral()) {
        assertThat(difference).isLessThan(1e-5);
      } else {
        assertThat(difference).isGreaterThan(1e-3);
      }
    }
    // Detached, the base is what it was.
    assertThat(outputs(base, Tape.inference())).containsExactly(before);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void training_lowers_the_loss_moves_its_own_parameters_and_no_frozen_one(PeftMethod method) {
    DeepS4 base = base(DataType.FLOAT32);
    Map<String, double[]> before = new LinkedHashMap<>();
    base.weights().forEach(w -> before.put(w.spec().name(), numbers(w.frozen())));
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      Map<String, double[]> start = new LinkedHashMap<>();
      for (Parameter parameter : adapted.model().trained()) {
        start.put(parameter.getName(), numbers(parameter.getArray()));
      }
      List<TrainingLog.Step> steps = train(adapted.model(), 40).steps();
      assertThat(steps.get(39).loss()).isLessThan(steps.get(0).loss() * 0.995);
      for (Parameter parameter : adapted.model().trained()) {
        assertThat(numbers(parameter.getArray()))
            .as(parameter.getName())
            .isNotEqualTo(start.get(parameter.getName()));
      }
    }
    for (Weight weight : base.weights()) {
      String name = weight.spec().name();
      assertThat(numbers(weight.frozen())).as(name).containsExactly(before.get(name));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void the_plan_counts_what_is_trained_and_every_target_is_live(PeftMethod method) {
    DeepS4 base = base(DataType.FLOAT32);
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      long trained = adapted.model().trained().stream().mapToLong(p -> p.getArray().size()).sum();
      assertThat(trained).isEqualTo(method.trainedParameters(base.specs()));
      assertThat(TargetReport.of(method, base.specs()).trained()).isEqualTo(trained);
      loop(adapted.model()).probe(objective(adapted.model()), 1);
      TargetReport report = TargetReport.proven(method, base.specs(), adapted);
      report.rows().stream()
          .filter(row -> row.trained() > 0)
          .forEach(row -> assertThat(row.gradient().orElseThrow()).as(row.tensor()).isPositive());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void the_same_seed_gives_the_same_bits(PeftMethod method) {
    List<double[]> runs = new ArrayList<>();
    DeepS4 base = base(DataType.FLOAT32);
    for (int run = 0; run < 2; run++) {
      try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
        train(adapted.model(), 5);
        runs.add(outputs(adapted.model(), Tape.inference()));
      }
    }
    assertThat(runs.get(0)).containsExactly(runs.get(1));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void convolution_recurrence_and_plain_operators_agree(PeftMethod method) {
    DeepS4 base = base(DataType.FLOAT32);
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      DeepS4 model = adapted.model();
      train(model, 3);
      double[] fused = outputs(model, Tape.inference());
      double tolerance = 1e-5 * (1 + size(fused));
      assertThat(apart(fused, outputs(model, Tape.reference()))).isLessThan(tolerance);
      try (Tape tape = Tape.inference()) {
        NDArray stepped = model.run(tape, input(model.type()), new NDList()).output();
        assertThat(apart(fused, numbers(stepped))).isLessThan(tolerance);
      }
      // Plain operators lose digits of (e^{ΔA} − 1)/A in float32; ours are in double precision.
      requireSameGradients(model, 5e-3);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void in_float64_convolution_recurrence_and_plain_operators_agree_to_the_last_digits(
      PeftMethod method) {
    DeepS4 base = base(DataType.FLOAT64);
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      DeepS4 model = adapted.model();
      moveAway(model);
      double[] fused = outputs(model, Tape.inference());
      assertThat(apart(fused, outputs(model, Tape.reference()))).isLessThan(1e-12 * size(fused));
      try (Tape tape = Tape.inference()) {
        NDArray stepped = model.run(tape, input(model.type()), new NDList()).output();
        assertThat(apart(fused, numbers(stepped))).isLessThan(1e-12 * size(fused));
      }
      requireSameGradients(model, 1e-9);
    }
  }

  private void requireSameGradients(DeepS4 model, double tolerance) {
    List<double[]> ours = gradients(model, Tape.recording());
    List<double[]> plain = gradients(model, Tape.reference());
    for (int i = 0; i < ours.size(); i++) {
      assertThat(apart(ours.get(i), plain.get(i)))
          .as(model.trained().get(i).getName())
          .isLessThan(tolerance * size(plain.get(i)) + 1e-10);
    }
  }

  /** Away from the start, where half of LoRA has no gradient. */
  private static void moveAway(DeepS4 model) {
    for (Parameter parameter : model.trained()) {
      KeyedRandom random = KeyedRandom.of(14).derive(parameter.getName());
      DoubleBuffer memory = RawTensor.of(parameter.getArray()).doubles();
      for (int i = 0; i < memory.capacity(); i++) {
        memory.put(i, memory.get(i) + 0.05 * random.normal(i));
      }
    }
  }

  private List<double[]> gradients(DeepS4 model, Tape opened) {
    try (NDManager pass = manager.newSubManager();
        NDScope scope = new NDScope();
        Tape tape = opened) {
      scope.suppressNotUsedWarning();
      tape.backward(objective(model).batch(0).loss(tape, pass));
      List<double[]> gradients = new ArrayList<>();
      for (Parameter parameter : model.trained()) {
        PtNDArray leaf = (PtNDArray) parameter.getArray();
        gradients.add(RawTensor.of(JniUtils.getGradient(leaf)).toDoubleArray());
        JniUtils.zeroGrad(leaf);
      }
      return gradients;
    }
  }

  /** All but DoRA, which holds its norm constant on the way back. */
  static Stream<PeftMethod> differentiated() {
    return methods().filter(method -> !(method instanceof Lora lora && lora.decomposed()));
  }

  @ParameterizedTest
  @MethodSource("differentiated")
  void gradients_are_differences_in_float64(PeftMethod method) {
    DeepS4 base = base(DataType.FLOAT64);
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      DeepS4 model = adapted.model();
      moveAway(model);
      List<double[]> gradients = gradients(model, Tape.recording());
      for (int p = 0; p < gradients.size(); p++) {
        Parameter parameter = model.trained().get(p);
        DoubleBuffer memory = RawTensor.of(parameter.getArray()).doubles();
        int at = memory.capacity() / 2;
        double value = memory.get(at);
        double step = 1e-5;
        memory.put(at, value + step);
        double up = loss(model);
        memory.put(at, value - step);
        double down = loss(model);
        memory.put(at, value);
        double difference = (up - down) / (2 * step);
        assertThat(Math.abs(difference - gradients.get(p)[at]))
            .as(parameter.getName())
            .isLessThan(1e-6 * (1 + Math.abs(difference)));
      }
    }
  }

  private double loss(DeepS4 model) {
    try (NDManager pass = manager.newSubManager();
        Tape tape = Tape.inference()) {
      return objective(model).batch(0).loss(tape, pass).toDoubleArray()[0];
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void a_merged_model_saved_and_loaded_gives_the_same_outputs(PeftMethod method)
      throws IOException {
    DeepS4 base = base(DataType.FLOAT32);
    try (AdaptedModel<DeepS4> adapted = attach(method, base)) {
      train(adapted.model(), 3);
      if (!adapted.model().opened().isEmpty()) {
        assertThatThrownBy(() -> S4Checkpoint.save(adapted.model(), folder))
            .hasMessageContaining("deep S4 has no place for")
            .hasMessageContaining("Save the adapter instead");
        return;
      }
      S4Checkpoint.save(adapted.model(), folder);
      DeepS4 merged = S4Checkpoint.load(folder, manager);
      double[] outputs = outputs(adapted.model(), Tape.inference());
      assertThat(apart(outputs(merged, Tape.inference()), outputs))
          .isLessThan(1e-5 * (1 + size(outputs)));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void a_saved_adapter_loads_to_the_same_bits(PeftMethod method) throws IOException {
    DeepS4 base = base(DataType.FLOAT32);
    List<DimensionSelection> selections = selections(method, base);
    try (AdaptedModel<DeepS4> adapted =
        AdaptedModel.attach(
            base, method.attachments(base.specs(), selections), manager, KeyedRandom.of(5))) {
      train(adapted.model(), 3);
      new AdapterFile(method, selections, "ab12").save(adapted, "s4", folder);
      assertThat(folder.resolve("README.md")).content().doesNotContain("PeftModel");
      AdapterFile.Loaded<DeepS4> loaded = AdapterFile.load(folder, base, "ab12", manager);
      assertThat(loaded.file().method()).isEqualTo(method);
      assertThat(outputs(loaded.adapted().model(), Tape.inference()))
          .containsExactly(outputs(adapted.model(), Tape.inference()));
    }
    assertThatThrownBy(() -> AdapterFile.load(folder, base, "cd34", manager))
        .hasMessageContaining("was trained on \"s4\" with weights ab12");
  }

  @Test
  void the_figure_counts_as_the_released_code() {
    // Shares read off the published figure, of 33,536 parameters: d = 64, 4 layers, 16 states.
    List<WeightSpec> weights = S4Weights.of(S4Config.stack(64, 4, 16));
    PeftMethod rest = PartialTuning.of("D", "linear.bias");
    Lora lora = new Lora(4, 4, 0, Targets.of("linear"));
    assertThat(PartialTuning.of("D").trainedParameters(weights)).isEqualTo(256);
    assertThat(lora.and(rest).trainedParameters(weights)).isEqualTo(4 * (2 * 64 * 4 + 128));
    assertThat(S4Sdt.of(8, 4).trainedParameters(weights)).isEqualTo(4 * (4 * 8 * 4 + 64));
    assertThat(S4Sdt.of(8, 4).withColumns().and(rest).trainedParameters(weights))
        .isEqualTo(4 * (4 * 8 * 4 + 3 * 64 + 64 * 8));
    assertThat(S4Sdt.of(16, 8).and(lora).and(rest).trainedParameters(weights))
        .isEqualTo(4 * (4 * 16 * 8 + 3 * 64 + 2 * 64 * 4));
    assertThat(new S4Lora(4).trainedParameters(weights)).isEqualTo(4 * (4 * 4 * (64 + 16) + 64));
    assertThat(new FullFineTuning().trainedParameters(weights)).isEqualTo(33_536);
    assertThat(new InitialStateTuning(false).trainedParameters(weights)).isEqualTo(4 * 64 * 32);
    assertThat(new BitFit().trainedParameters(weights)).isEqualTo(4 * 64);
  }

  @Test
  void pruning_sets_the_output_of_unusable_states_to_zero_and_trains_the_chosen() {
    DeepS4 base = base(DataType.FLOAT32);
    S4Sdt method = S4Sdt.of(2, 1).warmUp(2).usable(Share.count(4), TWO);
    List<DimensionSelection> selections = selections(method, base);
    try (AdaptedModel<DeepS4> adapted =
        AdaptedModel.attach(
            base, method.attachments(base.specs(), selections), manager, KeyedRandom.of(5))) {
      train(adapted.model(), 3);
      for (DimensionSelection selection : selections) {
        assertThat(selection.zeroedChannels())
            .hasSize(2)
            .doesNotContainAnyElementsOf(selection.channels());
        Weight c = adapted.model().weight("layers." + selection.layer() + ".s4.C");
        double[] before = numbers(c.frozen());
        double[] after;
        try (Tape tape = Tape.inference()) {
          after = numbers(c.value(tape));
        }
        for (int i = 0; i < after.length; i++) {
          int channel = i / 8;
          int state = i / 2 % 4;
          int at = selection.channels().indexOf(channel);
          boolean zeroed =
              selection.zeroedChannels().contains(channel)
                  || (at >= 0 && selection.zeroedStates().get(at).contains(state));
          boolean trained = at >= 0 && selection.states().get(at).contains(state);
          if (zeroed) {
            assertThat(after[i]).isZero();
          } else {
            assertThat(after[i] != before[i]).as("entry %d", i).isEqualTo(trained);
          }
        }
      }
    }
  }

  @Test
  void a_channel_that_alone_matters_is_found_by_its_loss() {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    DeepS4 random = base(DataType.FLOAT32);
    for (Weight weight : random.weights()) {
      NDArray tensor = weight.frozen().duplicate();
      if (weight.spec().target().equals("C")) {
        float[] values = tensor.toFloatArray();
        for (int i = 0; i < values.length; i++) {
          values[i] = i / 8 == 4 ? 3 : 0; // channel 4
        }
        tensor = RawTensor.create(manager, values, tensor.getShape());
      }
      tensors.put(weight.spec().name(), tensor);
    }
    DeepS4 base = new DeepS4(GEOMETRY, tensors);
    Objective.Batch itself = Objective.regression(base, base, INPUTS.get(0));
    WarmUp warmUp = S4Sdt.of(1, 1).rankedBy(S4Ranking.LOSS).warmUp().orElseThrow();
    try (AdaptedModel<DeepS4> measured =
        AdaptedModel.attach(base, warmUp.attachments(base.specs()), manager, KeyedRandom.of(3))) {
      Objective.Batch batch = Objective.regression(measured.model(), base, INPUTS.get(0));
      List<DimensionSelection> selections =
          warmUp.select(measured.model(), () -> TrainingLoop.loss(measured.model(), batch), 1);
      assertThat(selections).allSatisfy(s -> assertThat(s.channels()).containsExactly(4));
      // Measured and put back.
      assertThat(TrainingLoop.loss(measured.model(), batch)).isZero();
    }
    assertThat(TrainingLoop.loss(base, itself)).isZero();
  }

  @Test
  void methods_for_the_other_model_say_so() {
    List<WeightSpec> s4 = S4Weights.of(GEOMETRY);
    List<WeightSpec> mamba = MambaWeights.of(MambaConfig.of(20, 8, 1));
    assertThatThrownBy(() -> S4Sdt.of(1, 1).attachments(mamba, List.of()))
        .hasMessageContaining("SDT of S4 needs log_A_real and C")
        .hasMessageContaining("Use Sdt or Lora for Mamba");
    assertThatThrownBy(() -> new S4Lora(1).attachments(mamba, List.of()))
        .hasMessageContaining("LoRA on A and C needs log_A_real and C");
    assertThatThrownBy(() -> Sdt.of(TWO, TWO).attachments(s4, List.of()))
        .hasMessageContaining("this model has no x_proj. Use S4Sdt for deep S4.");
    assertThatThrownBy(() -> new PromptTuning(2, false).attachments(s4, List.of()))
        .hasMessageContaining("no place \"prompt\"");
    assertThatThrownBy(() -> new InitialStateTuning(true).attachments(s4, List.of()))
        .hasMessageContaining("no place \"conv_state\"");
  }

  @Test
  void impossible_settings_are_refused_before_training() {
    List<WeightSpec> s4 = S4Weights.of(GEOMETRY);
    assertThatThrownBy(() -> S4Sdt.of(7, 1).attachments(s4, List.of()))
        .hasMessage("7 channels are to be trained, but there are 6. Use at most 6.");
    assertThatThrownBy(() -> S4Sdt.of(3, 1).usable(TWO, TWO).attachments(s4, List.of()))
        .hasMessage("3 channels are to be trained, but only 2 are usable. Keep at least 3.");
    assertThatThrownBy(() -> S4Sdt.of(1, 1).warmUp(0)).hasMessageContaining("at least 1 to rank");
    assertThatThrownBy(() -> new S4Lora(0)).hasMessageContaining("LoRA rank is 0");
    assertThatThrownBy(() -> new S4Lora(5).attachments(s4, List.of()))
        .hasMessageContaining(
            "exceeds min(channels, states) = 4 of layers.0.s4.log_A_real (6 × 4)");
    DeepS4 doubles = base(DataType.FLOAT64);
    try (AdaptedModel<DeepS4> adapted = attach(new BitFit(), doubles)) {
      assertThatThrownBy(() -> loop(adapted.model()))
          .hasMessageContaining("layers.0.linear.bias is float64, and AdamW moves float32");
    }
    assertThat(Optional.of(S4Sdt.of(1, 1).describe())).contains("SDT of S4 channels=1 states=1");
  }
}
