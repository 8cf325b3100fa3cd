package dev.adder.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.cuda.NativeTensor;
import dev.adder.training.RandomWeights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no checkpoint has and a method may fill. */
class OpenPlacesTest {

  private static final MambaConfig TINY = MambaConfig.of(53, 16, 2);

  private static PeftMethod method(String place) {
    return switch (place) {
      case "prompt" -> new PromptTuning(2, true);
      case "h0" -> new InitialStateTuning(false);
      default -> new AdditionalScan(2, false);
    };
  }

  private static AdaptedModel<Mamba> attach(Mamba model, String place, NDManager manager) {
    List<Attachment> attachments = method(place).attachments(MambaWeights.of(TINY), List.of());
    return AdaptedModel.attach(model, attachments, manager, KeyedRandom.of(5));
  }

  /** DJL has no number for bf16, and zeros of such a type end the JVM. */
  @ParameterizedTest
  @CsvSource({"prompt", "h0", "A_log.extra"})
  void a_model_in_bf16_refuses_open_places_with_a_remedy(String place) {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Map<String, NDArray> tensors = new HashMap<>(RandomWeights.of(TINY, manager));
      tensors.replaceAll(
          (name, tensor) -> name.contains("proj.weight") ? NativeTensor.toBf16(tensor) : tensor);
      Mamba model = new Mamba(TINY, tensors);
      assertThatThrownBy(() -> attach(model, place, manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "The place \"%s\" is there in float32 only, and this model is in bf16. Load it without bf16()."
                  .formatted(place));
    }
  }

  @Test
  void a_model_knows_which_of_its_places_are_filled() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Mamba model = new Mamba(TINY, RandomWeights.of(TINY, manager));
      try (AdaptedModel<Mamba> adapted = attach(model, "h0", manager)) {
        assertThat(adapted.model().opened())
            .extracting(place -> place.layer() + " " + place.target())
            .containsExactly("0 h0", "1 h0");
      }
      assertThat(model.opened()).isEmpty();
    }
  }
}
