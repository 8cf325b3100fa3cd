package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import dev.adder.model.StateSpaceModel;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An adapter on disk, as Hugging Face PEFT has it: {@code adapter_config.json}, {@code
 * adapter_model.safetensors} and a {@code README.md} that says what it is.
 *
 * <p>LoRA and DoRA on whole linear projections are read by PEFT, and PEFT's are read here. Methods
 * that PEFT does not have keep the names of their tensors; chosen channels and states are int32
 * tensors. Reading is strict: a missing, unexpected or wrong-shaped tensor is an error that names
 * it, and so is another base model.
 *
 * @param method the method
 * @param selections what a warm-up chose, per block; empty if there was none
 * @param fingerprint SHA-256 of the base model's weights; empty if the file does not tell
 */
public record AdapterFile(
    PeftMethod method, List<DimensionSelection> selections, String fingerprint) {

  private static final String CONFIG = "adapter_config.json";
  private static final String TENSORS = "adapter_model.safetensors";
  private static final String SELECTION = "selection.";

  /** An adapter with its model. */
  public record Loaded<M extends StateSpaceModel<M>>(AdapterFile file, AdaptedModel<M> adapted) {}

  public AdapterFile {
    selections = List.copyOf(selections);
  }

  /**
   * Saves what a method has trained.
   *
   * @param adapted the trained model
   * @param baseName of the model it was trained on
   * @param folder made if need be; files of the same name are replaced
   */
  public void save(AdaptedModel<?> adapted, String baseName, Path folder) throws IOException {
    Files.createDirectories(folder);
    new AdapterConfig(method, baseName, fingerprint).write(folder.resolve(CONFIG));
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Map<String, NDArray> tensors = new LinkedHashMap<>();
      for (Parameter parameter : adapted.model().trained()) {
        NDArray value = parameter.getArray();
        boolean transposed = AdapterKeys.transposed(parameter.getName());
        tensors.put(
            AdapterKeys.of(parameter.getName()), transposed ? exchanged(value, manager) : value);
      }
      for (DimensionSelection selection : selections) {
        put(selection, tensors, manager);
      }
      Safetensors.write(folder.resolve(TENSORS), tensors, Map.of("format", "pt"));
    }
    Files.writeString(folder.resolve("README.md"), card(adapted, baseName));
  }

  private static NDArray exchanged(NDArray matrix, NDManager manager) {
    int rows = Math.toIntExact(matrix.getShape().get(0));
    int columns = Math.toIntExact(matrix.getShape().get(1));
    float[] from = matrix.toFloatArray();
    float[] to = new float[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i % columns * rows + i / columns] = from[i];
    }
    return RawTensor.create(manager, to, new Shape(columns, rows));
  }

  private static String key(int layer, String what) {
    return SELECTION + "layers." + layer + "." + what;
  }

  private static void put(
      DimensionSelection selection, Map<String, NDArray> tensors, NDManager manager) {
    int layer = selection.layer();
    tensors.put(key(layer, "channels"), indices(List.of(selection.channels()), manager));
    tensors.put(key(layer, "states"), indices(selection.states(), manager));
    if (!selection.zeroedChannels().isEmpty()) {
      tensors.put(
          key(layer, "zeroed_channels"), indices(List.of(selection.zeroedChannels()), manager));
    }
    if (!selection.zeroedStates().isEmpty()) {
      tensors.put(key(layer, "zeroed_states"), indices(selection.zeroedStates(), manager));
    }
  }

  private static NDArray indices(List<List<Integer>> rows, NDManager manager) {
    int[] flat = rows.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
    return manager.create(flat, new Shape(rows.size(), flat.length / rows.size()));
  }

  /**
   * Reads an adapter and attaches it to its base model.
   *
   * @param fingerprint SHA-256 of the base model's weights
   * @param parent owner of the adapter's tensors
   * @throws IOException if a file is missing, damaged, or of another model or method
   */
  public static <M extends StateSpaceModel<M>> Loaded<M> load(
      Path folder, M base, String fingerprint, NDManager parent) throws IOException {
    AdapterConfig config = AdapterConfig.read(folder.resolve(CONFIG));
    if (!config.fingerprint().isEmpty() && !config.fingerprint().equals(fingerprint)) {
      throw new IOException(
          "%s was trained on \"%s\" with weights %s…, but this model's are %s…. Load that model first."
              .formatted(
                  folder, config.baseName(), start(config.fingerprint()), start(fingerprint)));
    }
    Path file = folder.resolve(TENSORS);
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing; adapter_config.json alone is no adapter.");
    }
    try (Safetensors tensors = Safetensors.open(file)) {
      List<DimensionSelection> selections = selections(tensors, base.specs(), config.method());
      AdaptedModel<M> adapted;
      try {
        adapted =
            AdaptedModel.attach(
                base,
                config.method().attachments(base.specs(), selections),
                parent,
                KeyedRandom.of(0));
      } catch (IllegalArgumentException misfit) {
        throw new IOException(
            "%s does not fit this model: %s".formatted(folder, misfit.getMessage()), misfit);
      }
      try {
        fill(adapted.model().trained(), tensors, file);
      } catch (IOException | RuntimeException failure) {
        adapted.close();
        throw failure;
      }
      AdapterFile read = new AdapterFile(config.method(), selections, config.fingerprint());
      return new Loaded<>(read, adapted);
    }
  }

  private static String start(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  private static void fill(List<Parameter> trained, Safetensors tensors, Path file)
      throws IOException {
    Map<String, Parameter> expected = new LinkedHashMap<>();
    trained.forEach(parameter -> expected.put(AdapterKeys.of(parameter.getName()), parameter));
    Set<String> unexpected = new TreeSet<>(tensors.names());
    unexpected.removeIf(name -> expected.containsKey(name) || name.startsWith(SELECTION));
    Set<String> missing = new TreeSet<>(expected.keySet());
    tensors.names().forEach(missing::remove);
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new IOException(
          "%s does not match its adapter_config.json: %d tensors are missing (%s), %d are unexpected (%s)."
              .formatted(file, missing.size(), some(missing), unexpected.size(), some(unexpected)));
    }
    for (Map.Entry<String, Parameter> entry : expected.entrySet()) {
      Parameter parameter = entry.getValue();
      NDArray value = parameter.getArray();
      try (NDManager manager = value.getManager().newSubManager()) {
        NDArray read = tensors.read(entry.getKey(), manager);
        NDArray given =
            AdapterKeys.transposed(parameter.getName()) ? exchanged(read, manager) : read;
        if (!given.getShape().equals(value.getShape())) {
          throw new IOException(
              "%s has %s of shape %s; this model and method need %s."
                  .formatted(file, entry.getKey(), given.getShape(), value.getShape()));
        }
        copy(given, value);
      }
    }
  }

  private static void copy(NDArray from, NDArray to) {
    RawTensor target = RawTensor.of(to);
    if (target.isDouble()) {
      target.doubles().put(from.toType(DataType.FLOAT64, false).toDoubleArray());
    } else {
      float[] values = from.toType(DataType.FLOAT32, false).toFloatArray();
      target.write(0, values, 0, values.length);
    }
  }

  private static String some(Set<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    List<String> first = names.stream().limit(3).toList();
    return String.join(", ", first) + (names.size() > 3 ? ", …" : "");
  }

  private static List<DimensionSelection> selections(
      Safetensors tensors, List<WeightSpec> weights, PeftMethod method) throws IOException {
    List<DimensionSelection> selections = new ArrayList<>();
    if (method.warmUp().isEmpty()) {
      return selections;
    }
    for (WeightSpec weight : weights) {
      if (weight.kind() == WeightSpec.Kind.STATE_MATRIX) {
        int layer = weight.layer();
        int channels = Math.toIntExact(weight.shape().get(0));
        int states = Math.toIntExact(weight.shape().get(1));
        List<List<Integer>> zeroed = read(tensors, key(layer, "zeroed_channels"), channels, false);
        selections.add(
            new DimensionSelection(
                layer,
                read(tensors, key(layer, "channels"), channels, true).get(0),
                read(tensors, key(layer, "states"), states, true),
                new float[0][0],
                zeroed.isEmpty() ? List.of() : zeroed.get(0),
                read(tensors, key(layer, "zeroed_states"), states, false)));
      }
    }
    return selections;
  }

  private static List<List<Integer>> read(
      Safetensors tensors, String name, int size, boolean required) throws IOException {
    if (!required && !tensors.names().contains(name)) {
      return List.of();
    }
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      NDArray matrix = tensors.read(name, manager);
      int[] flat = matrix.toIntArray();
      int columns = Math.toIntExact(matrix.getShape().get(1));
      List<List<Integer>> rows = new ArrayList<>();
      for (int i = 0; i < flat.length; i++) {
        if (i % columns == 0) {
          rows.add(new ArrayList<>());
        }
        if (flat[i] < 0 || flat[i] >= size) {
          throw new IOException(
              "%s has the index %d; there are %d, from 0.".formatted(name, flat[i], size));
        }
        rows.get(rows.size() - 1).add(flat[i]);
      }
      return rows;
    }
  }

  /** Why Hugging Face PEFT cannot load it; empty if it can. */
  private String refusal(AdaptedModel<?> adapted) {
    if (!(method instanceof Lora lora)) {
      return "PEFT does not have this method.";
    }
    if (adapted.model().specs().stream().anyMatch(spec -> spec.target().equals("log_A_real"))) {
      return "Transformers has no deep S4 models.";
    }
    List<WeightSlot> slots = lora.targets().resolve(ordinary(adapted.model().specs()));
    for (WeightSlot slot : slots) {
      if (slot.weight().target().equals("out_proj")) {
        return "PEFT refuses out_proj on Mamba models, because their fused path would bypass it.";
      }
      if (slot.weight().target().equals("dt_proj")) {
        return "Transformers reads dt_proj's weight without a call of the module, so that PEFT's LoRA there does nothing.";
      }
      if (!slot.part().isEmpty()) {
        return "PEFT knows whole modules only, not " + slot.target() + ".";
      }
      WeightSpec.Kind kind = slot.weight().kind();
      if (kind != WeightSpec.Kind.PROJECTION && kind != WeightSpec.Kind.EMBEDDING) {
        return "PEFT does not adapt %s of a Mamba.".formatted(slot.target());
      }
    }
    return "";
  }

  private static List<WeightSpec> ordinary(List<WeightSpec> specs) {
    return specs.stream().filter(spec -> !spec.isOpen()).toList();
  }

  private String card(AdaptedModel<?> adapted, String baseName) {
    List<WeightSpec> weights = ordinary(adapted.model().specs());
    TargetReport report = TargetReport.of(method, weights);
    String refusal = refusal(adapted);
    return """
        ---
        base_model: %s
        library_name: %s
        tags:
        - %s
        - state-space-model
        ---

        # %s

        Trained on `%s`, whose weights have the SHA-256 `%s`. %,d of %,d parameters are trained.

        %s

        With Adder:

            var model = Ssm.load("%s");
            var tuned = model.adapter(Path.of("this folder"));
        """
        .formatted(
            baseName,
            refusal.isEmpty() ? "peft" : "adder",
            method.getClass().getSimpleName().toLowerCase(Locale.ROOT),
            method.describe(),
            baseName,
            fingerprint,
            report.trained(),
            report.trained() + report.frozen(),
            refusal.isEmpty()
                ? "Hugging Face PEFT loads it: `PeftModel.from_pretrained(base, \"this folder\")`."
                : refusal
                    + " For other programs, save the merged model where there is one: `saveMerged`.",
            baseName);
  }
}
