package dev.adder.adapter;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

/**
 * Methods as JSON: an object with the method's name under {@code method} and the value's
 * components, all of them. Adapters and grids are written so.
 */
public final class MethodJson {

  /** Each method under its name. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "method")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = AdditionalScan.class, name = "additional-scan"),
    @JsonSubTypes.Type(value = AffixTuning.class, name = "affix-tuning"),
    @JsonSubTypes.Type(value = BitFit.class, name = "bitfit"),
    @JsonSubTypes.Type(value = Combined.class, name = "combined"),
    @JsonSubTypes.Type(value = FullFineTuning.class, name = "full"),
    @JsonSubTypes.Type(value = InitialStateTuning.class, name = "initial-state"),
    @JsonSubTypes.Type(value = Lora.class, name = "lora"),
    @JsonSubTypes.Type(value = PartialTuning.class, name = "partial"),
    @JsonSubTypes.Type(value = PrefixTuning.class, name = "prefix-tuning"),
    @JsonSubTypes.Type(value = PromptTuning.class, name = "prompt-tuning"),
    @JsonSubTypes.Type(value = S4Lora.class, name = "s4-lora"),
    @JsonSubTypes.Type(value = S4Sdt.class, name = "s4-sdt"),
    @JsonSubTypes.Type(value = SdLora.class, name = "sdlora"),
    @JsonSubTypes.Type(value = Sdt.class, name = "sdt"),
    @JsonSubTypes.Type(value = StateOffset.class, name = "state-offset"),
  })
  private interface Named {}

  private MethodJson() {}

  /** A strict mapper that knows methods. */
  public static JsonMapper.Builder mapper() {
    return JsonMapper.builder()
        .addModule(new Jdk8Module())
        .addMixIn(PeftMethod.class, Named.class)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
  }
}
