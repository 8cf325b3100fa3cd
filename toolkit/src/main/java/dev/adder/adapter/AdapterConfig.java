package dev.adder.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code adapter_config.json}: what PEFT reads, where PEFT has the method, and under {@code adder}
 * the method as a value and the base model it was trained on.
 *
 * @param method the method
 * @param baseName name of the base model
 * @param fingerprint SHA-256 of its weights; empty if the file does not tell
 */
record AdapterConfig(PeftMethod method, String baseName, String fingerprint) {

  private static final ObjectMapper JSON =
      MethodJson.mapper().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final String OURS = "adder";

  /** LoRA settings of PEFT that change the result and that are not known here. */
  private static final Set<String> UNKNOWN =
      new TreeSet<>(
          List.of(
              "alpha_pattern",
              "rank_pattern",
              "modules_to_save",
              "exclude_modules",
              "layer_replication",
              "target_parameters",
              "trainable_token_indices",
              "megatron_config",
              "use_qalora",
              "use_bdlora",
              "fan_in_fan_out",
              "lora_bias"));

  void write(Path file) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    peft(json);
    json.put("base_model_name_or_path", baseName);
    json.put("task_type", "CAUSAL_LM");
    json.put("inference_mode", true);
    ObjectNode ours = json.putObject(OURS);
    ours.put("format", 1);
    ours.set("method", JSON.readTree(JSON.writerFor(PeftMethod.class).writeValueAsString(method)));
    ours.put("base_fingerprint", fingerprint);
    JSON.writeValue(file.toFile(), json);
  }

  /** The part that other programs read. */
  private void peft(ObjectNode json) {
    if (method instanceof Lora lora) {
      json.put("peft_type", "LORA");
      modules(json, lora.targets());
      json.put("r", lora.rank());
      json.set("lora_alpha", number(lora.alpha()));
      json.put("lora_dropout", lora.dropout());
      json.put("use_rslora", lora.rankStabilised());
      json.put("use_dora", lora.decomposed());
      json.put("bias", "none");
      json.put("fan_in_fan_out", false);
      json.put("init_lora_weights", true);
      json.putNull("modules_to_save");
      json.putObject("rank_pattern");
      json.putObject("alpha_pattern");
      json.putNull("exclude_modules");
      json.putNull("revision");
    } else if (method instanceof PromptTuning prompt) {
      json.put("peft_type", "PROMPT_TUNING");
      json.put("num_virtual_tokens", prompt.tokens());
      json.put("prompt_tuning_init", "RANDOM");
    } else if (method instanceof SdLora sdlora) {
      json.put("peft_type", "SD_LORA");
      ArrayNode modules = json.putArray("target_modules");
      List.of("A_log", "x_proj_B", "x_proj_C").forEach(modules::add);
      sdlora.lora().targets().names().forEach(modules::add);
      json.put("proj_lora_r", sdlora.lora().rank());
      json.put("sdlora_alpha", 1);
      json.put("select_mode", "channels, then states per channel");
      sdlora.warmUpUpdates().ifPresent(updates -> json.put("num_warmup_it", updates - 1));
      json.putObject("num_zero").put("state", 0).put("channel", 0);
      ObjectNode frozen = json.putObject("num_freeze");
      freeze(frozen, "state", sdlora.states());
      freeze(frozen, "channel", sdlora.channels());
    } else {
      json.put("peft_type", "ADDER");
    }
  }

  /** A fraction frozen as in the released files; of a trained count the file tells under adder. */
  private static void freeze(ObjectNode json, String axis, Share trained) {
    if (trained.count() < 1) {
      json.put(axis, 1 - trained.fraction());
    } else {
      json.put(axis + "_trained", trained.count());
    }
  }

  private static JsonNode number(double value) {
    return value == Math.rint(value)
        ? JSON.getNodeFactory().numberNode((long) value)
        : JSON.getNodeFactory().numberNode(value);
  }

  private static void modules(ObjectNode json, Targets targets) {
    ArrayNode modules = json.putArray("target_modules");
    targets.names().forEach(name -> modules.add(name.equals("embedding") ? "embeddings" : name));
    if (targets.toLayer() < Integer.MAX_VALUE) {
      ArrayNode layers = json.putArray("layers_to_transform");
      for (int layer = targets.fromLayer(); layer < targets.toLayer(); layer++) {
        layers.add(layer);
      }
    } else {
      json.putNull("layers_to_transform");
    }
  }

  /**
   * Reads a file of ours, or of PEFT for LoRA.
   *
   * @throws IOException if it is missing or no such file, or asks for something unknown
   */
  static AdapterConfig read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          file
              + " is missing. Give a folder with adapter_config.json and adapter_model.safetensors.");
    }
    JsonNode json;
    try {
      json = JSON.readTree(file.toFile());
      String base = json.path("base_model_name_or_path").asText("");
      JsonNode ours = json.path(OURS);
      return ours.isObject()
          ? new AdapterConfig(
              JSON.treeToValue(ours.path("method"), PeftMethod.class),
              base,
              ours.path("base_fingerprint").asText(""))
          : new AdapterConfig(lora(json, file), base, "");
    } catch (ValueInstantiationException refused) {
      throw new IOException(file + ": " + refused.getCause().getMessage(), refused);
    } catch (JsonProcessingException damaged) {
      throw new IOException(
          "%s is damaged: %s.".formatted(file, damaged.getOriginalMessage()), damaged);
    }
  }

  private static Lora lora(JsonNode json, Path file) throws IOException {
    String type = json.path("peft_type").asText("nothing");
    if (!type.equals("LORA")) {
      throw new IOException(
          "%s has peft_type %s. Files of other programs are read for LORA only."
              .formatted(file, type));
    }
    for (String key : UNKNOWN) {
      JsonNode value = json.path(key);
      boolean empty =
          value.isMissingNode()
              || value.isNull()
              || (value.isContainerNode() && value.isEmpty())
              || (value.isBoolean() && !value.booleanValue());
      if (!empty) {
        throw new IOException(
            "%s sets %s to %s, which is not known here. Merge the adapter with PEFT and load the merged model."
                .formatted(file, key, value));
      }
    }
    if (!json.path("bias").asText("none").equals("none")) {
      throw new IOException(
          "%s trains biases (%s), which LoRA here does not. Merge the adapter with PEFT."
              .formatted(file, json.path("bias")));
    }
    try {
      return new Lora(
          json.path("r").asInt(0),
          json.path("lora_alpha").asDouble(Double.NaN),
          json.path("lora_dropout").asDouble(0),
          json.path("use_rslora").asBoolean(false),
          json.path("use_dora").asBoolean(false),
          1,
          targets(json, file));
    } catch (IllegalArgumentException refused) {
      throw new IOException(file + ": " + refused.getMessage(), refused);
    }
  }

  private static Targets targets(JsonNode json, Path file) throws IOException {
    JsonNode modules = json.path("target_modules");
    if (!modules.isArray()) {
      throw new IOException(
          "%s has target_modules %s; a list of names is read, such as [\"in_proj\"]."
              .formatted(file, modules));
    }
    List<String> names = new ArrayList<>();
    for (JsonNode module : modules) {
      String name = module.asText();
      names.add(name.equals("embeddings") ? "embedding" : name);
    }
    Collections.sort(names);
    Targets all = Targets.of(names.toArray(String[]::new));
    JsonNode layers = json.path("layers_to_transform");
    if (!layers.isArray() || layers.isEmpty()) {
      return all;
    }
    TreeSet<Integer> numbers = new TreeSet<>();
    layers.forEach(layer -> numbers.add(layer.asInt()));
    if (numbers.last() - numbers.first() + 1 != numbers.size()) {
      throw new IOException(
          "%s has layers_to_transform %s; blocks that follow one another are read."
              .formatted(file, numbers));
    }
    return all.layers(numbers.first(), numbers.last() + 1);
  }
}
