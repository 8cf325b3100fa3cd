package dev.adder.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.data.TokenBatch;
import dev.adder.model.Checkpoint;
import dev.adder.model.Decoder;
import dev.adder.model.Mamba;
import dev.adder.model.MambaWeights;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method × every invariant, on a tiny model. */
class MethodMatrixTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/hf-mamba-tiny");

  @TempDir private Path folder;
  private NDManager manager;
  private Mamba mamba;
  private List<WeightSpec> weights;

  private static final Share THREE = Share.count(3);
  private static final Share FIVE = Share.count(5);

  static Stream<PeftMethod> methods() {
    Lora out = Lora.of(2, "out_proj");
    Lora plain = new Lora(2, 3, 0, Targets.of("in_proj.x", "x_proj.B", "dt_proj"));
    return Stream.of(
        new FullFineTuning(),
        PartialTuning.of("A_log", "D", "x_proj.*", "dt_proj", "dt_proj.bias", "conv1d"),
        PartialTuning.of("ssm"),
        PartialTuning.of("all-linear"),
        PartialTuning.of("embedding", "norm", "norm_f"),
        new PartialTuning(Targets.of("in_proj", "conv1d.bias").layers(1, 2)),
        new BitFit(),
        new Lora(4, 8, 0, Targets.of("in_proj", "out_proj")),
        new Lora(2, 2, 0, Targets.of("in_proj.x", "x_proj.*", "dt_proj")),
        Lora.of(4, "in_proj", "x_proj"),
        Lora.of(2, "all-linear"),
        Lora.of(2, "A_log"),
        Lora.of(2, "conv1d"),
        Lora.of(3, "embedding"),
        plain.rankStabilise(),
        plain.dora(),
        Lora.of(2, "in_proj", "x_proj.C").dora().rankStabilise(),
        plain.plus(16),
        new PromptTuning(4, false),
        new PromptTuning(3, true),
        PrefixTuning.of(5),
        PrefixTuning.reparametrised(2, 6),
        new InitialStateTuning(false),
        new InitialStateTuning(true),
        AdditionalScan.of(3),
        new AdditionalScan(2, false),
        new AffixTuning(3),
        StateOffset.ofState(),
        StateOffset.ofState(2),
        StateOffset.ofOutput(),
        new SdLora(out, FIVE, THREE, OptionalInt.of(3)),
        Sdt.of(FIVE, THREE).warmUp(3),
        Sdt.of(FIVE, THREE).warmUp(3).rankedBy(Ranking.DISCRETE_CHANGE),
        Sdt.of(FIVE, THREE).rankedBy(Ranking.MAGNITUDE),
        Sdt.of(FIVE, THREE).warmUp(2).rankedBy(Ranking.GRADIENT),
        Sdt.of(FIVE, THREE).rankedBy(Ranking.LOSS),
        Sdt.of(FIVE, THREE).rankedBy(Ranking.RANDOM),
        Sdt.of(FIVE, THREE).warmUp(2).pruned(Pruning.channels(THREE).states(Share.count(2))),
        Sdt.of(FIVE, THREE).warmUp(2).and(out.dora()),
        new InitialStateTuning(true).and(AdditionalScan.of(2)).and(new PromptTuning(2, false)),
        StateOffset.ofState()
            .and(StateOffset.ofOutput())
            .and(new AffixTuning(2))
            .and(new BitFit()));
  }

  @BeforeEach
  void load() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    mamba = Checkpoint.load(GOLDEN, manager);
    weights = MambaWeights.of(mamba.config());
  }

  @AfterEach
  void free() {
    manager.close();
  }

  private static TokenBatch batch() {
    int[] inputs = new int[2 * 9];
    int[] targets = new int[2 * 9];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = KeyedRandom.of(9).below(i, 96);
      targets[i] = i % 9 < 3 ? TokenBatch.IGNORED : (inputs[i] * 7 + 3) % 96;
    }
    return new TokenBatch(2, 9, inputs, targets);
  }

  private List<DimensionSelection> selections(PeftMethod method) {
    if (method.warmUp().isEmpty()) {
      return List.of();
    }
    WarmUp warmUp = method.warmUp().get();
    try (AdaptedModel<Mamba> measured =
        AdaptedModel.attach(mamba, warmUp.attachments(weights), manager, KeyedRandom.of(3))) {
      switch (warmUp.kind()) {
        case TRAINING -> train(measured, warmUp.updates(10));
        case GRADIENT ->
            new TrainingLoop(measured.model(), TrainingSettings.PAPER, KeyedRandom.of(4))
                .probe(objective(measured), warmUp.updates(10));
        case NONE -> {}
      }
      return warmUp.select(
          measured.model(),
          () -> TrainingLoop.loss(measured.model(), objective(measured).batch(0)),
          7);
    }
  }

  private AdaptedModel<Mamba> attach(PeftMethod method) {
    return AdaptedModel.attach(
        mamba, method.attachments(weights, selections(method)), manager, KeyedRandom.of(5));
  }

  private static Objective objective(AdaptedModel<Mamba> adapted) {
    return Objective.nextToken(adapted.model(), i -> batch());
  }

  private static TrainingLog train(AdaptedModel<Mamba> adapted, int steps) {
    TrainingSettings settings = TrainingSettings.PAPER.learningRate(2e-2);
    return new TrainingLoop(adapted.model(), settings, KeyedRandom.of(6))
        .run(
            "main",
            Objective.nextToken(adapted.model(), i -> batch()),
            steps,
            steps,
            (step, log) -> {});
  }

  private float[] logits(Mamba model, Tape tape) {
    try (NDScope scope = new NDScope();
        tape) {
      scope.suppressNotUsedWarning();
      long[] ids = Arrays.stream(batch().inputIds()).asLongStream().toArray();
      return model.logits(tape, manager.create(ids, new Shape(2, 9))).toFloatArray();
    }
  }

  private Map<String, float[]> frozenBits() {
    Map<String, float[]> bits = new LinkedHashMap<>();
    for (Weight weight : mamba.weights()) {
      bits.put(weight.spec().name(), weight.frozen().toFloatArray());
    }
    return bits;
  }

  private static double largestDifference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void attaching_changes_an_output_only_where_the_method_says_so(PeftMethod method) {
    float[] before = logits(mamba, Tape.inference());
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      assertThat(largestDifference(logits(adapted.model(), Tape.inference()), before))
          .satisfies(
              difference -> {
                if (method.startsNeutral()) {
                  assertThat(difference).isLessThan(1e-5);
                } else {
                  assertThat(difference).isGreaterThan(1e-3);
                }
              });
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void training_lowers_the_loss_moves_its_own_parameters_and_no_frozen_one(PeftMethod method) {
    Map<String, float[]> before = frozenBits();
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      Map<String, float[]> start = new LinkedHashMap<>();
      for (Parameter parameter : adapted.model().trained()) {
        start.put(parameter.getName(), parameter.getArray().toFloatArray());
      }
      List<TrainingLog.Step> steps = train(adapted, 30).steps();
      assertThat(steps.get(29).loss()).isLessThan(steps.get(0).loss() - 0.02);
      for (Parameter parameter : adapted.model().trained()) {
        assertThat(parameter.getArray().toFloatArray())
            .as(parameter.getName())
            .isNotEqualTo(start.get(parameter.getName()));
      }
    }
    frozenBits()
        .forEach((name, bits) -> assertThat(bits).as(name).containsExactly(before.get(name)));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void the_plan_counts_what_is_trained(PeftMethod method) {
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      long trained = adapted.model().trained().stream().mapToLong(p -> p.getArray().size()).sum();
      assertThat(trained).isEqualTo(method.trainedParameters(weights));
      assertThat(TargetReport.of(method, weights).trained()).isEqualTo(trained);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void every_target_is_live(PeftMethod method) {
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      new TrainingLoop(adapted.model(), TrainingSettings.PAPER, KeyedRandom.of(1))
          .probe(objective(adapted), 1);
      TargetReport report = TargetReport.proven(method, weights, adapted);
      report.rows().stream()
          .filter(row -> row.trained() > 0 && !row.update().contains("wakes with"))
          .forEach(row -> assertThat(row.gradient().orElseThrow()).as(row.tensor()).isPositive());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void the_same_seed_gives_the_same_bits(PeftMethod method) {
    List<float[]> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (AdaptedModel<Mamba> adapted = attach(method)) {
        train(adapted, 5);
        runs.add(logits(adapted.model(), Tape.inference()));
      }
    }
    assertThat(runs.get(0)).containsExactly(runs.get(1));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void fused_and_reference_give_the_same_outputs_and_gradients(PeftMethod method) {
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      train(adapted, 3);
      assertThat(
              largestDifference(
                  logits(adapted.model(), Tape.inference()),
                  logits(adapted.model(), Tape.reference())))
          .isLessThan(2e-5);
      List<float[]> fused = gradients(adapted, Tape.recording());
      List<float[]> reference = gradients(adapted, Tape.reference());
      for (int i = 0; i < fused.size(); i++) {
        double scale = largestDifference(reference.get(i), new float[reference.get(i).length]);
        assertThat(largestDifference(fused.get(i), reference.get(i)))
            .as(adapted.model().trained().get(i).getName())
            .isLessThan(2e-4 * scale + 1e-7);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void a_saved_adapter_gives_the_same_bits_when_it_is_loaded(PeftMethod method) throws IOException {
    List<DimensionSelection> selections = selections(method);
    try (AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            mamba, method.attachments(weights, selections), manager, KeyedRandom.of(5))) {
      train(adapted, 3);
      new AdapterFile(method, selections, "print").save(adapted, "tiny", folder);
      AdapterFile.Loaded<Mamba> loaded = AdapterFile.load(folder, mamba, "print", manager);
      assertThat(loaded.file().method()).isEqualTo(method);
      try (AdaptedModel<Mamba> again = loaded.adapted()) {
        assertThat(logits(again.model(), Tape.inference()))
            .containsExactly(logits(adapted.model(), Tape.inference()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void merging_and_detaching_leave_the_adapted_and_the_base_model_as_they_are(PeftMethod method) {
    float[] base = logits(mamba, Tape.inference());
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      train(adapted, 3);
      float[] before = logits(adapted.model(), Tape.inference());
      try (NDManager merged = manager.newSubManager()) {
        float[] after = logits(adapted.model().merged(merged), Tape.inference());
        assertThat(largestDifference(after, before)).isLessThan(5e-5);
      }
      assertThat(logits(adapted.model(), Tape.inference())).containsExactly(before);
    }
    assertThat(logits(mamba, Tape.inference())).containsExactly(base);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void gradients_are_finite_differences_in_float64(PeftMethod method) {
    List<DimensionSelection> selections = selections(method);
    Map<String, NDArray> doubles = new LinkedHashMap<>();
    mamba
        .weights()
        .forEach(
            weight ->
                doubles.put(weight.spec().name(), weight.frozen().toType(DataType.FLOAT64, true)));
    Mamba exact = new Mamba(mamba.config(), doubles);
    // DoRA holds its norms constant on the way back, so that only its magnitudes have this
    // gradient.
    boolean dora = method.describe().contains("DoRA");
    try (AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            exact, method.attachments(weights, selections), manager, KeyedRandom.of(5))) {
      shake(adapted.model().trained());
      Map<Parameter, double[]> gradients = doubleGradients(adapted);
      for (Parameter parameter : adapted.model().trained()) {
        if (dora && !parameter.getName().endsWith("magnitude_vector")) {
          continue;
        }
        double[] gradient = gradients.get(parameter);
        int at = steepest(gradient);
        double step = 1e-5;
        double difference =
            (moved(adapted, parameter, at, step) - moved(adapted, parameter, at, -step));
        assertThat(gradient[at])
            .as(parameter.getName())
            .isCloseTo(difference / (2 * step), within(1e-8 + 2e-6 * Math.abs(gradient[at])));
      }
    }
  }

  /** Away from zero, where half of the gradients of a low-rank update would vanish. */
  private static void shake(List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      DoubleBuffer values = RawTensor.of(parameter.getArray()).doubles();
      KeyedRandom random = KeyedRandom.of(8).derive(parameter.getName());
      for (int i = 0; i < values.limit(); i++) {
        values.put(i, values.get(i) + 0.02 * (random.uniform(i) - 0.5));
      }
    }
  }

  private static int steepest(double[] gradient) {
    int best = 0;
    for (int i = 1; i < gradient.length; i++) {
      if (Math.abs(gradient[i]) > Math.abs(gradient[best])) {
        best = i;
      }
    }
    return best;
  }

  private double moved(AdaptedModel<Mamba> adapted, Parameter parameter, int at, double by) {
    DoubleBuffer values = RawTensor.of(parameter.getArray()).doubles();
    double before = values.get(at);
    values.put(at, before + by);
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      return loss(adapted, tape).toDoubleArray()[0];
    } finally {
      values.put(at, before);
    }
  }

  private NDArray loss(AdaptedModel<Mamba> adapted, Tape tape) {
    TokenBatch batch = batch();
    long[] ids = Arrays.stream(batch.inputIds()).asLongStream().toArray();
    NDArray given = manager.create(ids, new Shape(2, 9));
    return adapted.model().loss(tape, given, batch.labelPositions(), batch.labels());
  }

  private Map<Parameter, double[]> doubleGradients(AdaptedModel<Mamba> adapted) {
    Map<Parameter, double[]> gradients = new LinkedHashMap<>();
    try (NDScope scope = new NDScope();
        Tape tape = Tape.recording()) {
      scope.suppressNotUsedWarning();
      tape.backward(loss(adapted, tape));
      for (Parameter parameter : adapted.model().trained()) {
        NDArray gradient = JniUtils.getGradient((PtNDArray) parameter.getArray());
        gradients.put(parameter, gradient.toDoubleArray());
      }
    }
    return gradients;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void reading_a_prompt_and_then_token_by_token_gives_the_outputs_of_one_pass(PeftMethod method) {
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      train(adapted, 3);
      float[] whole = logits(adapted.model(), Tape.inference());
      int vocabulary = mamba.config().vocabSize();
      for (int prompt : new int[] {1, 4, 8}) {
        try (Decoder decoder = Decoder.of(adapted.model())) {
          for (int row = 0; row < 2; row++) {
            int[] ids = Arrays.copyOfRange(batch().inputIds(), row * 9, row * 9 + 9);
            decoder.reset();
            float[] next = decoder.prefill(Arrays.copyOf(ids, prompt));
            for (int i = prompt; i <= 9; i++) {
              int at = (row * 9 + i - 1) * vocabulary;
              assertThat(largestDifference(next, Arrays.copyOfRange(whole, at, at + vocabulary)))
                  .as("prompt %d, token %d", prompt, i)
                  .isLessThan(2e-5);
              if (i < 9) {
                next = decoder.step(ids[i]);
              }
            }
          }
        }
      }
    }
  }

  private List<float[]> gradients(AdaptedModel<Mamba> adapted, Tape tape) {
    try (NDScope scope = new NDScope();
        tape) {
      scope.suppressNotUsedWarning();
      TokenBatch batch = batch();
      long[] ids = Arrays.stream(batch.inputIds()).asLongStream().toArray();
      NDArray loss =
          adapted
              .model()
              .loss(
                  tape,
                  manager.create(ids, new Shape(2, 9)),
                  batch.labelPositions(),
                  batch.labels());
      tape.backward(loss);
      List<float[]> gradients = new ArrayList<>();
      for (Parameter parameter : adapted.model().trained()) {
        gradients.add(JniUtils.getGradient((PtNDArray) parameter.getArray()).toFloatArray());
        JniUtils.zeroGrad((PtNDArray) parameter.getArray());
      }
      return gradients;
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void a_merged_model_saved_and_loaded_gives_the_same_outputs(PeftMethod method)
      throws IOException {
    try (AdaptedModel<Mamba> adapted = attach(method)) {
      train(adapted, 3);
      boolean ordinary =
          adapted.model().opened().stream().allMatch(place -> place.target().endsWith(".extra"));
      if (!ordinary) {
        assertThatThrownBy(() -> Checkpoint.save(adapted.model(), folder))
            .hasMessageContaining("an ordinary Mamba has no place for")
            .hasMessageContaining("Save the adapter instead");
        assertThat(folder).isEmptyDirectory();
        return;
      }
      Checkpoint.save(adapted.model(), folder, 20_000);
      assertThat(folder).isDirectoryContaining("glob:**model-00002-of-*.safetensors");
      Mamba merged = Checkpoint.load(folder, manager);
      assertThat(
              largestDifference(
                  logits(merged, Tape.inference()), logits(adapted.model(), Tape.inference())))
          .isLessThan(5e-5);
    }
  }

  @Test
  void sdlora_keeps_the_channels_and_states_that_change_most() {
    float[][] scores = {{0, 0.01f, 0}, {9, 0, 1}, {0, 0, 0}, {1, 4, 4}};
    DimensionSelection chosen =
        DimensionSelection.byScore(0, scores, Share.count(2), Share.count(2), Pruning.NONE);
    assertThat(chosen.channels()).containsExactly(1, 3);
    assertThat(chosen.states()).containsExactly(List.of(0, 2), List.of(1, 2));
    assertThat(chosen.scores()[1][2]).isCloseTo(1, within(0f));
  }

  @Test
  void sdlora_trains_its_entries_and_no_other() {
    SdLora method =
        new SdLora(Lora.of(2, "out_proj"), Share.count(2), Share.count(3), OptionalInt.of(2));
    List<DimensionSelection> selections = selections(method);
    try (AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            mamba, method.attachments(weights, selections), manager, KeyedRandom.of(5))) {
      train(adapted, 4);
      for (DimensionSelection selection : selections) {
        String name = "backbone.layers." + selection.layer() + ".mixer.A_log";
        Weight weight = adapted.model().weight(name);
        float[] before = weight.frozen().toFloatArray();
        float[] after;
        try (Tape tape = Tape.inference()) {
          after = weight.value(tape).toFloatArray();
        }
        for (int i = 0; i < after.length; i++) {
          int at = selection.channels().indexOf(i / 8);
          boolean free = at >= 0 && selection.states().get(at).contains(i % 8);
          assertThat(after[i] != before[i]).as("entry %d of %s", i, name).isEqualTo(free);
        }
      }
    }
  }

  @Test
  void a_second_method_on_the_same_rows_is_refused() {
    List<Attachment> twice = new ArrayList<>(Lora.of(2, "in_proj").attachments(weights, List.of()));
    twice.addAll(Lora.of(2, "in_proj.x").attachments(weights, List.of()));
    assertThatThrownBy(() -> AdaptedModel.attach(mamba, twice, manager, KeyedRandom.of(1)))
        .hasMessageContaining("already has \"LoRA r=2\"")
        .hasMessageContaining("one weight takes one update");
  }

  @Test
  void a_dead_target_stops_training_before_it_begins() {
    // Without a label behind it, nothing downstream of a target gets a gradient.
    try (AdaptedModel<Mamba> adapted = attach(Lora.of(2, "in_proj"))) {
      assertThatThrownBy(adapted::gradients)
          .isInstanceOf(DeadTargetException.class)
          .hasMessageContaining("backbone.layers.0.mixer.in_proj.weight");
    }
  }
}
