package dev.adder.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Safetensors;
import dev.adder.tensor.Tape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters on disk: those of Hugging Face PEFT, and what is refused. */
class AdapterFileTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/hf-mamba-tiny");
  private static final String PRINT = "0123456789abcdef";

  @TempDir private Path folder;
  private NDManager manager;
  private Mamba mamba;

  @BeforeEach
  void load() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    mamba = Checkpoint.load(GOLDEN, manager);
  }

  @AfterEach
  void free() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora-in_proj-out_proj",
        "lora-in_proj-x_proj",
        "rslora-in_proj-x_proj",
        "dora-in_proj-x_proj"
      })
  void an_adapter_of_peft_gives_its_logits_loss_and_gradients(String name) throws IOException {
    Path peft = GOLDEN.resolve(name);
    try (AdaptedModel<Mamba> adapted = read(peft).adapted();
        Safetensors base = Safetensors.open(GOLDEN.resolve("golden.safetensors"));
        Safetensors golden = Safetensors.open(peft.resolve("golden.safetensors"));
        Safetensors gradients = Safetensors.open(peft.resolve("grads.safetensors"));
        NDScope scope = new NDScope();
        Tape tape = Tape.recording()) {
      scope.suppressNotUsedWarning();
      NDArray ids = base.read("input_ids", manager);
      NDArray logits = adapted.model().logits(tape, ids);
      // Logits reach 7, and float32 sums differ between kinds of processors in their last bits.
      assertThat(largest(logits.sub(golden.read("logits", manager)))).isLessThan(5e-5);
      int[][] targets = targets(base.read("labels", manager));
      NDArray loss = adapted.model().loss(tape, ids, targets[0], targets[1]);
      assertThat(Math.abs(loss.toFloatArray()[0] - golden.read("loss", manager).toFloatArray()[0]))
          .isLessThan(2e-6f);
      tape.backward(loss);
      for (Parameter parameter : adapted.model().trained()) {
        String key =
            AdapterKeys.of(parameter.getName()).replaceFirst("(\\.weight)?$", ".default.weight");
        NDArray theirs = gradients.read(key, manager);
        NDArray ours = JniUtils.getGradient((PtNDArray) parameter.getArray());
        assertThat(largest(ours.sub(theirs)) / largest(theirs))
            .as(parameter.getName())
            .isLessThan(2e-4);
      }
    }
  }

  private static int[][] targets(NDArray labels) {
    long[] flat = labels.toLongArray();
    int length = Math.toIntExact(labels.getShape().get(1));
    List<Integer> where = new ArrayList<>();
    List<Integer> what = new ArrayList<>();
    for (int i = 0; i < flat.length; i++) {
      if (i % length != length - 1 && flat[i + 1] != -100) {
        where.add(i);
        what.add((int) flat[i + 1]);
      }
    }
    return new int[][] {
      where.stream().mapToInt(Integer::intValue).toArray(),
      what.stream().mapToInt(Integer::intValue).toArray()
    };
  }

  private static double largest(NDArray x) {
    double largest = 0;
    for (float value : x.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private AdapterFile.Loaded<Mamba> read(Path from) throws IOException {
    return AdapterFile.load(from, mamba, PRINT, manager);
  }

  private AdapterFile.Loaded<Mamba> written(PeftMethod method) throws IOException {
    try (AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            mamba, method.attachments(mamba.specs(), List.of()), manager, KeyedRandom.of(1))) {
      new AdapterFile(method, List.of(), PRINT).save(adapted, "tiny", folder);
    }
    return read(folder);
  }

  @Test
  void a_lora_file_is_one_that_peft_reads() throws IOException {
    written(Lora.of(4, "in_proj", "x_proj")).adapted().close();
    String config = Files.readString(folder.resolve("adapter_config.json"));
    assertThat(config)
        .contains("\"peft_type\" : \"LORA\"")
        .contains("\"target_modules\" : [ \"in_proj\", \"x_proj\" ]")
        .contains("\"r\" : 4", "\"lora_alpha\" : 4", "\"use_dora\" : false");
    try (Safetensors ours = Safetensors.open(folder.resolve("adapter_model.safetensors"));
        Safetensors theirs =
            Safetensors.open(
                GOLDEN.resolve("lora-in_proj-x_proj").resolve("adapter_model.safetensors"))) {
      assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
      for (String name : ours.names()) {
        assertThat(ours.entry(name).shape()).as(name).isEqualTo(theirs.entry(name).shape());
      }
    }
    assertThat(folder.resolve("README.md")).content().contains("Hugging Face PEFT loads it");
  }

  /** Files that {@code .ci/peft-test} loads with PEFT itself, with the logits it must come to. */
  @Test
  void adapters_and_their_logits_lie_ready_for_peft() throws IOException {
    Map<String, Lora> methods =
        Map.of(
            "lora", Lora.of(4, "in_proj", "x_proj"),
            "rslora", Lora.of(3, "x_proj").rankStabilise(),
            "dora", Lora.of(2, "in_proj").dora(),
            "some-blocks", new Lora(2, 5, 0, Targets.of("in_proj").layers(1, 2)),
            "embedding", Lora.of(4, "embedding"));
    for (Map.Entry<String, Lora> entry : methods.entrySet()) {
      Path place = Path.of("target", "peft", entry.getKey());
      try (AdaptedModel<Mamba> adapted =
              AdaptedModel.attach(
                  mamba,
                  entry.getValue().attachments(mamba.specs(), List.of()),
                  manager,
                  KeyedRandom.of(1));
          NDScope scope = new NDScope();
          Tape tape = Tape.inference()) {
        scope.suppressNotUsedWarning();
        shake(adapted.model().trained());
        new AdapterFile(entry.getValue(), List.of(), PRINT).save(adapted, "tiny", place);
        NDArray ids = manager.create(new long[] {1, 5, 9, 2, 77, 30, 30, 8}, new Shape(2, 4));
        NDArray logits = adapted.model().logits(tape, ids);
        assertThat(largest(logits.sub(mamba.logits(tape, ids)))).isGreaterThan(1e-3);
        Safetensors.write(
            place.resolve("expected.safetensors"),
            Map.of("input_ids", ids, "logits", logits),
            Map.of());
      }
    }
  }

  /** Away from zero, where B has no effect. */
  private static void shake(List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      RawTensor values = RawTensor.of(parameter.getArray());
      KeyedRandom random = KeyedRandom.of(8).derive(parameter.getName());
      for (int i = 0; i < values.size(); i++) {
        values.put(i, values.get(i) + 0.2f * (random.uniform(i) - 0.5f));
      }
    }
  }

  @Test
  void the_card_says_why_peft_refuses_an_adapter() throws IOException {
    written(Lora.of(4, "out_proj")).adapted().close();
    assertThat(folder.resolve("README.md")).content().contains("PEFT refuses out_proj");
    written(Lora.of(2, "dt_proj")).adapted().close();
    assertThat(folder.resolve("README.md")).content().contains("without a call of the module");
    written(Lora.of(2, "conv1d")).adapted().close();
    assertThat(folder.resolve("README.md")).content().contains("does not adapt conv1d");
    written(Lora.of(2, "in_proj.x")).adapted().close();
    assertThat(folder.resolve("README.md")).content().contains("whole modules only, not in_proj.x");
    written(StateOffset.ofState()).adapted().close();
    assertThat(folder.resolve("README.md")).content().contains("does not have this method");
  }

  @Test
  void an_adapter_of_another_model_is_refused() throws IOException {
    written(new BitFit()).adapted().close();
    assertThatThrownBy(() -> AdapterFile.load(folder, mamba, "fedcba9876543210", manager))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("trained on \"tiny\" with weights 0123456789ab…")
        .hasMessageContaining("this model's are fedcba987654…. Load that model first.");
  }

  @Test
  void missing_unexpected_and_misshapen_tensors_are_named() throws IOException {
    written(new BitFit()).adapted().close();
    Path file = folder.resolve("adapter_model.safetensors");
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    try (Safetensors open = Safetensors.open(file)) {
      for (String name : open.names()) {
        tensors.put(name, open.read(name, manager));
      }
    }
    String first = tensors.keySet().iterator().next();
    NDArray value = tensors.remove(first);
    Safetensors.write(file, tensors, Map.of());
    assertThatThrownBy(() -> read(folder)).hasMessageContaining("1 tensors are missing (" + first);
    tensors.put(first + ".more", value);
    Safetensors.write(file, tensors, Map.of());
    assertThatThrownBy(() -> read(folder))
        .hasMessageContaining("1 are unexpected (" + first + ".more)");
    tensors.remove(first + ".more");
    tensors.put(first, value.reshape(-1, 1));
    Safetensors.write(file, tensors, Map.of());
    assertThatThrownBy(() -> read(folder))
        .hasMessageContaining(first + " of shape (64, 1); this model and method need (64)");
    Files.delete(file);
    assertThatThrownBy(() -> read(folder)).hasMessageContaining("is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"peft_type\":\"IA3\"}=peft_type IA3. Files of other programs are read for LORA only",
        "{\"peft_type\":\"LORA\",\"r\":4,\"rank_pattern\":{\"x\":2}}=sets rank_pattern to",
        "{\"peft_type\":\"LORA\",\"r\":4,\"bias\":\"all\"}=trains biases",
        "{\"peft_type\":\"LORA\",\"r\":4,\"target_modules\":\".*proj\"}=a list of names is read",
        "{\"peft_type\":\"LORA\",\"r\":4,\"target_modules\":[\"in_proj\"]}=alpha is NaN",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":4,\"target_modules\":[\"q_proj\"]}"
            + "=does not fit this model: Unknown target \"q_proj\"",
        "{\"peft_type\":\"LORA\",\"r\":99,\"lora_alpha\":4,\"target_modules\":[\"in_proj\"]}"
            + "=Use a rank of at most 32",
        "{\"adder\":{\"method\":{\"method\":\"magic\"}}}=is damaged",
        "{\"adder\":{\"method\":{\"method\":\"affix-tuning\",\"tokens\":0}}}=give at least 1",
        "{\"peft_type\"=is damaged"
      })
  void a_file_that_asks_for_something_unknown_is_refused(String both) throws IOException {
    int cut = both.lastIndexOf('=');
    Files.writeString(
        folder.resolve("adapter_config.json"), both.substring(0, cut), StandardCharsets.UTF_8);
    Files.copy(
        GOLDEN.resolve("lora-in_proj-x_proj").resolve("adapter_model.safetensors"),
        folder.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(both.substring(cut + 1));
  }
}
