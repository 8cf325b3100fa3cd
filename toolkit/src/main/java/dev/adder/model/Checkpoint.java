package dev.adder.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.tensor.Safetensors;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.cuda.NativeTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A Mamba model on disk in the Hugging Face layout: {@code config.json} and {@code
 * model.safetensors}, or shards listed by {@code model.safetensors.index.json}. Loading is strict:
 * a missing, unexpected or wrong-shaped tensor is an error that names it.
 */
public final class Checkpoint {

  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private Checkpoint() {}

  /**
   * Loads a model; its tensors are float32 and belong to the manager.
   *
   * @param folder with {@code config.json} and the weights
   * @throws IOException if a file is missing, damaged, or of another model
   */
  public static Mamba load(Path folder, NDManager manager) throws IOException {
    return load(folder, manager, Placement.cpu());
  }

  /**
   * Loads a model.
   *
   * @param manager owner of the tensors, on the placement's device
   * @param placement the type of the tensors
   */
  public static Mamba load(Path folder, NDManager manager, Placement placement) throws IOException {
    VectorSupport.require();
    MambaConfig config = readConfig(folder.resolve("config.json"));
    Map<String, WeightSpec> expected = new LinkedHashMap<>();
    MambaWeights.of(config).forEach(spec -> expected.put(spec.name(), spec));
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (Path shard : shards(folder)) {
      try (Safetensors file = Safetensors.open(shard)) {
        for (String name : file.names()) {
          if (config.tiedEmbeddings() && name.equals("lm_head.weight")) {
            continue;
          }
          if (!expected.containsKey(name)) {
            throw new IOException(
                "%s has the unexpected tensor %s. config.json describes another model, or the file does not belong to it."
                    .formatted(shard, name));
          }
          if (tensors.containsKey(name)) {
            throw new IOException(
                "%s has %s a second time; each tensor must be in one shard."
                    .formatted(shard, name));
          }
          NDArray tensor = file.read(name, manager);
          tensors.put(
              name, placement.typed(expected.get(name), tensor.toType(DataType.FLOAT32, false)));
        }
      }
    }
    Set<String> missing = new LinkedHashSet<>(expected.keySet());
    missing.removeAll(tensors.keySet());
    if (!missing.isEmpty()) {
      throw new IOException(
          "%s lacks %d tensors: %s. Load a complete checkpoint."
              .formatted(folder, missing.size(), String.join(", ", missing)));
    }
    try {
      return new Mamba(config, tensors);
    } catch (IllegalArgumentException wrongShape) {
      throw new IOException(folder + ": " + wrongShape.getMessage(), wrongShape);
    }
  }

  private static List<Path> shards(Path folder) throws IOException {
    Path single = folder.resolve(WEIGHTS);
    if (Files.exists(single)) {
      return List.of(single);
    }
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      throw new IOException(
          "%s has neither %s nor %s. Give a folder in the Hugging Face layout."
              .formatted(folder, WEIGHTS, INDEX));
    }
    JsonNode map = JSON.readTree(index.toFile()).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new IOException(index + " has no weight_map; it must list the shard of every tensor.");
    }
    Set<Path> shards = new LinkedHashSet<>();
    for (JsonNode file : map) {
      Path shard = folder.resolve(file.asText()).normalize();
      if (!shard.startsWith(folder.normalize())) {
        throw new IOException(
            "%s names the shard %s outside of its folder; shards lie beside the index."
                .formatted(index, file.asText()));
      }
      shards.add(shard);
    }
    return new ArrayList<>(shards);
  }

  /** Reads the geometry from a {@code config.json} with Hugging Face's keys. */
  public static MambaConfig readConfig(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing. Give a folder in the Hugging Face layout.");
    }
    JsonNode json = JSON.readTree(file.toFile());
    String type = json.path("model_type").asText("");
    if (!type.equals("mamba")) {
      throw new IOException(
          "%s has model_type \"%s\"; this reader knows \"mamba\".".formatted(file, type));
    }
    if (json.path("use_bias").asBoolean(false) || !json.path("use_conv_bias").asBoolean(true)) {
      throw new IOException(
          file
              + " asks for projection biases or no convolution bias; published Mamba has neither.");
    }
    int dModel = number(json, file, "hidden_size");
    int dInner =
        json.has("intermediate_size")
            ? number(json, file, "intermediate_size")
            : dModel * number(json, file, "expand");
    JsonNode rank = json.path("time_step_rank");
    try {
      return new MambaConfig(
          number(json, file, "vocab_size"),
          dModel,
          number(json, file, "num_hidden_layers"),
          dInner,
          number(json, file, "state_size"),
          number(json, file, "conv_kernel"),
          rank.isInt() ? rank.asInt() : (dModel + 15) / 16,
          json.path("layer_norm_epsilon").asDouble(1e-5),
          json.path("tie_word_embeddings").asBoolean(true));
    } catch (IllegalArgumentException impossible) {
      throw new IOException(file + ": " + impossible.getMessage(), impossible);
    }
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

  /**
   * Saves a model with its updates merged in, as one file.
   *
   * @param folder made if need be; files of the same name are replaced
   */
  public static void save(Mamba model, Path folder) throws IOException {
    save(model, folder, Long.MAX_VALUE);
  }

  /**
   * Saves a model with its updates merged in.
   *
   * @param shardBytes largest size of a shard; a tensor is never split
   */
  public static void save(Mamba model, Path folder, long shardBytes) throws IOException {
    requireOrdinary(model);
    Files.createDirectories(folder);
    Map<String, String> weightMap = new LinkedHashMap<>();
    List<List<Weight>> shards;
    long bytes = 0;
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Mamba merged = model.merged(manager);
      JSON.writeValue(folder.resolve("config.json").toFile(), config(merged.config()));
      shards = divide(merged.weights(), shardBytes);
      for (int i = 0; i < shards.size(); i++) {
        String file =
            shards.size() == 1
                ? WEIGHTS
                : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (Weight weight : shards.get(i)) {
          tensors.put(weight.spec().name(), writable(weight.frozen()));
          weightMap.put(weight.spec().name(), file);
          bytes += 4 * weight.spec().size();
        }
        Safetensors.write(folder.resolve(file), tensors, Map.of("format", "pt"));
      }
    }
    if (shards.size() > 1) {
      ObjectNode index = JSON.createObjectNode();
      index.putObject("metadata").put("total_size", bytes);
      ObjectNode map = index.putObject("weight_map");
      weightMap.forEach(map::put);
      JSON.writeValue(folder.resolve(INDEX).toFile(), index);
    }
  }

  /**
   * Refuses a model with something in an open place: no other program would read it.
   *
   * @throws IllegalArgumentException if an ordinary Mamba cannot be what this model is
   */
  public static void requireOrdinary(Mamba model) {
    model.opened().stream()
        .filter(place -> !OpenPlaces.merges(place))
        .findFirst()
        .ifPresent(
            place -> {
              throw new IllegalArgumentException(
                  "%s cannot be merged: an ordinary Mamba has no place for \"%s\". Save the adapter instead."
                      .formatted(place.name(), place.target()));
            });
  }

  /** On the CPU, and in a type that the engine can hand out. */
  private static NDArray writable(NDArray tensor) {
    NDArray known = NativeTensor.isBf16(tensor) ? NativeTensor.toFloat(tensor) : tensor;
    return known.toDevice(Device.cpu(), false);
  }

  private static List<List<Weight>> divide(List<Weight> weights, long shardBytes) {
    List<List<Weight>> shards = new ArrayList<>();
    shards.add(new ArrayList<>());
    long bytes = 0;
    for (Weight weight : weights) {
      long size = 4 * weight.spec().size();
      if (bytes > 0 && bytes + size > shardBytes) {
        shards.add(new ArrayList<>());
        bytes = 0;
      }
      shards.get(shards.size() - 1).add(weight);
      bytes += size;
    }
    return shards;
  }

  private static ObjectNode config(MambaConfig config) {
    ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add("MambaForCausalLM");
    json.put("model_type", "mamba");
    json.put("vocab_size", config.vocabSize());
    json.put("hidden_size", config.dModel());
    json.put("num_hidden_layers", config.layers());
    json.put("intermediate_size", config.dInner());
    json.put("expand", config.dInner() / config.dModel());
    json.put("state_size", config.dState());
    json.put("conv_kernel", config.dConv());
    json.put("time_step_rank", config.dtRank());
    json.put("layer_norm_epsilon", config.epsilon());
    json.put("hidden_act", "silu");
    json.put("use_bias", false);
    json.put("use_conv_bias", true);
    json.put("residual_in_fp32", true);
    json.put("tie_word_embeddings", config.tiedEmbeddings());
    json.put("bos_token_id", 0);
    json.put("eos_token_id", 0);
    json.put("pad_token_id", 0);
    json.put("torch_dtype", "float32");
    return json;
  }
}
