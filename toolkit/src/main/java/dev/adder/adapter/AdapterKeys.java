package dev.adder.adapter;

/**
 * Names of trained tensors in a file, as Hugging Face PEFT has them: {@code base_model.model.} and
 * the module; for LoRA {@code .lora_A.weight} behind it. What PEFT has no name for keeps ours.
 */
final class AdapterKeys {

  private static final String PREFIX = "base_model.model.";
  private static final String PROMPT = "prompt_embeddings";

  private AdapterKeys() {}

  /**
   * The key of a parameter.
   *
   * @param parameter such as {@code backbone.layers.0.mixer.in_proj.weight.x.lora_A}
   */
  static String of(String parameter) {
    if (parameter.equals("backbone.prompt")) {
      return PROMPT;
    }
    int dot = parameter.lastIndexOf('.');
    String last = parameter.substring(dot + 1);
    String place = parameter.substring(0, dot);
    return switch (last) {
      case "lora_A", "lora_B" -> PREFIX + module(place) + "." + last + ".weight";
      case "lora_magnitude_vector", "lora_embedding_A", "lora_embedding_B" ->
          PREFIX + module(place) + "." + last;
      default -> PREFIX + parameter;
    };
  }

  /** Whether the file has the parameter with its two axes exchanged. */
  static boolean transposed(String parameter) {
    return parameter.endsWith(".lora_embedding_A");
  }

  private static String module(String place) {
    return place.replaceFirst("\\.weight(?=\\.|$)", "");
  }
}
