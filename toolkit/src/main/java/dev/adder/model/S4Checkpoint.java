package dev.adder.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.ssm.Discretization;
import dev.adder.tensor.Safetensors;
import dev.adder.tensor.VectorSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A deep S4 model on disk: {@code config.json} and {@code model.safetensors}, in the type it was
 * saved in. Loading is strict: a missing, unexpected or wrong-shaped tensor is an error that names
 * it. The released code pickles its S4 models, so the keys are ours.
 */
public final class S4Checkpoint {

  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String TYPE = "deep_s4";
  private static final String DISCRETE = "discrete";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private S4Checkpoint() {}

  /**
   * Loads a model; its tensors belong to the manager.
   *
   * @param folder with both files
   * @throws IOException if a file is missing, damaged, or of another model
   */
  public static DeepS4 load(Path folder, NDManager manager) throws IOException {
    VectorSupport.require();
    S4Config config = readConfig(folder.resolve(CONFIG));
    Path file = folder.resolve(WEIGHTS);
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing. Give a folder that a deep S4 model was saved to.");
    }
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    try (Safetensors read = Safetensors.open(file)) {
      requireNames(config, file, new LinkedHashSet<>(read.names()));
      for (String name : read.names()) {
        tensors.put(name, read.read(name, manager));
      }
    }
    try {
      return new DeepS4(config, tensors);
    } catch (IllegalArgumentException wrong) {
      throw new IOException(file + ": " + wrong.getMessage(), wrong);
    }
  }

  private static void requireNames(S4Config config, Path file, Set<String> found)
      throws IOException {
    Set<String> missing = new LinkedHashSet<>();
    S4Weights.of(config).forEach(spec -> missing.add(spec.name()));
    Set<String> unexpected = new LinkedHashSet<>(found);
    unexpected.removeAll(missing);
    missing.removeAll(found);
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new IOException(
          "%s does not fit to its config.json: missing %s, unexpected %s. Load both files of one model."
              .formatted(file, missing, unexpected));
    }
  }

  private static S4Config readConfig(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing. Give a folder that a deep S4 model was saved to.");
    }
    JsonNode json = JSON.readTree(file.toFile());
    if (!json.path("model_type").asText("").equals(TYPE)) {
      throw new IOException(
          "%s has model_type \"%s\"; this reader knows \"%s\"."
              .formatted(file, json.path("model_type").asText(""), TYPE));
    }
    Optional<S4Config.Ends> ends =
        json.has("inputs")
            ? Optional.of(
                new S4Config.Ends(number(json, file, "inputs"), number(json, file, "classes")))
            : Optional.empty();
    try {
      return new S4Config(
          number(json, file, "d_model"),
          number(json, file, "n_layers"),
          number(json, file, "d_state"),
          flag(json, file, "complex"),
          rule(json, file),
          flag(json, file, "relu"),
          ends);
    } catch (IllegalArgumentException impossible) {
      throw new IOException(file + ": " + impossible.getMessage(), impossible);
    }
  }

  private static Optional<Discretization> rule(JsonNode json, Path file) throws IOException {
    String given = json.path("discretization").asText("");
    if (given.equals(DISCRETE)) {
      return Optional.empty();
    }
    for (Discretization rule : Discretization.values()) {
      if (word(rule).equals(given)) {
        return Optional.of(rule);
      }
    }
    throw new IOException(
        "%s has discretization \"%s\"; it must be zero_order_hold, bilinear or %s."
            .formatted(file, given, DISCRETE));
  }

  private static String word(Discretization rule) {
    return rule.name().toLowerCase(Locale.ROOT);
  }

  private static int number(JsonNode json, Path file, String key) throws IOException {
    JsonNode value = json.path(key);
    if (!value.isInt()) {
      throw new IOException(
          "%s has %s = %s; it must be a whole number."
              .formatted(file, key, value.isMissingNode() ? "nothing" : value));
    }
    return value.asInt();
  }

  private static boolean flag(JsonNode json, Path file, String key) throws IOException {
    JsonNode value = json.path(key);
    if (!value.isBoolean()) {
      throw new IOException(
          "%s has %s = %s; it must be true or false."
              .formatted(file, key, value.isMissingNode() ? "nothing" : value));
    }
    return value.asBoolean();
  }

  /**
   * Saves a model with its updates merged in.
   *
   * @param folder made if need be; files of the same name are replaced
   * @throws IllegalArgumentException if a method has put something into an open place
   */
  public static void save(DeepS4 model, Path folder) throws IOException {
    for (WeightSpec place : model.opened()) {
      throw new IllegalArgumentException(
          "%s cannot be merged: deep S4 has no place for \"%s\" on disk. Save the adapter instead."
              .formatted(place.name(), place.target()));
    }
    Files.createDirectories(folder);
    S4Config config = model.config();
    ObjectNode json = JSON.createObjectNode();
    json.put("model_type", TYPE);
    json.put("d_model", config.dModel());
    json.put("n_layers", config.layers());
    json.put("d_state", config.dState());
    json.put("complex", config.complex());
    json.put("discretization", config.discretization().map(S4Checkpoint::word).orElse(DISCRETE));
    json.put("relu", config.rectified());
    config
        .ends()
        .ifPresent(ends -> json.put("inputs", ends.inputs()).put("classes", ends.classes()));
    JSON.writeValue(folder.resolve(CONFIG).toFile(), json);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Map<String, NDArray> tensors = new LinkedHashMap<>();
      for (Weight weight : model.weights()) {
        tensors.put(weight.spec().name(), weight.merged(manager));
      }
      Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
    }
  }
}
