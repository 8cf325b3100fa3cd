package dev.adder.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts for published geometries, without allocating a weight. */
class TrainedParametersTest {

  private static List<WeightSpec> weights(String size) {
    return MambaWeights.of(MambaConfig.published(size));
  }

  @ParameterizedTest
  @CsvSource({
    "130m, 129135360",
    "370m, 371516416",
    "790m, 793204224",
    "1.4b, 1372178432",
    "2.8b, 2768345600"
  })
  void a_published_model_has_its_published_size(String size, long parameters) {
    assertThat(MambaWeights.size(MambaConfig.published(size))).isEqualTo(parameters);
  }

  @ParameterizedTest
  @CsvSource({
    "130m, 25, 455328",
    "130m, 10, 454608",
    "130m, 5, 454248",
    "1.4b, 25, 2430144",
    "1.4b, 10, 2426208",
    "1.4b, 5, 2424240"
  })
  void sdlora_trains_as_many_parameters_as_the_released_configurations(
      String size, double states, long parameters) {
    PeftMethod method =
        new SdLora(
            Lora.of(8, "out_proj"), Share.percent(1), Share.percent(states), OptionalInt.of(249));
    assertThat(method.trainedParameters(weights(size))).isEqualTo(parameters);
  }

  @ParameterizedTest
  @CsvSource({
    "130m, 2, out_proj x_proj.* dt_proj, 411648",
    "130m, 3, out_proj x_proj.*, 503424",
    "130m, 5, out_proj dt_proj, 466560",
    "1.4b, 2, out_proj x_proj.* dt_proj, 2190336",
    "1.4b, 3, out_proj x_proj.*, 2677248",
    "1.4b, 5, out_proj dt_proj, 2488320",
    "130m, 8, in_proj.* x_proj.* dt_proj out_proj, 2531328",
    "2.8b, 8, in_proj.* x_proj.* dt_proj out_proj, 22462464"
  })
  void lora_trains_as_many_parameters_as_the_released_configurations(
      String size, int rank, String targets, long parameters) {
    PeftMethod method = Lora.of(rank, targets.split(" "));
    assertThat(method.trainedParameters(weights(size))).isEqualTo(parameters);
  }

  @Test
  void bitfit_trains_two_biases_per_channel() {
    assertThat(new BitFit().trainedParameters(weights("130m"))).isEqualTo(73_728);
  }

  @Test
  void full_fine_tuning_trains_everything() {
    assertThat(new FullFineTuning().trainedParameters(weights("130m"))).isEqualTo(129_135_360);
  }

  @Test
  void a_report_accounts_for_every_element_once() {
    List<WeightSpec> weights = weights("130m");
    long lora = 24L * 8 * (768 + 1536);
    TargetReport report =
        TargetReport.of(
            new SdLora(
                Lora.of(8, "out_proj"), Share.count(16), Share.count(4), OptionalInt.empty()),
            weights);
    assertThat(report.trained() + report.frozen()).isEqualTo(129_135_360 + lora);
  }

  @Test
  void an_unknown_target_names_its_nearest_neighbour() {
    assertThatThrownBy(() -> Lora.of(8, "inproj").trainedParameters(weights("130m")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Unknown target \"inproj\"")
        .hasMessageContaining("in_proj, conv1d")
        .hasMessageContaining("Did you mean \"in_proj\"?");
  }

  @Test
  void a_rank_beyond_the_matrix_is_refused_with_its_shape() {
    assertThatThrownBy(() -> Lora.of(4096, "in_proj").trainedParameters(weights("130m")))
        .hasMessage(
            "LoRA rank 4096 exceeds min(in, out) = 768 of backbone.layers.0.mixer.in_proj.weight"
                + " (3072 × 768). Use a rank of at most 768.");
  }

  @Test
  void more_states_than_there_are_is_refused() {
    PeftMethod method =
        new SdLora(Lora.of(8, "out_proj"), Share.count(4), Share.count(17), OptionalInt.empty());
    assertThatThrownBy(() -> method.trainedParameters(weights("130m")))
        .hasMessage("17 states are to be trained, but there are 16. Use at most 16.");
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatThrownBy(() -> Lora.of(0, "in_proj")).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> new Lora(8, Double.NaN, 0.1, Targets.of("in_proj")))
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> new Lora(8, 8, 1, Targets.of("in_proj")))
        .hasMessageContaining("[0, 1)");
    assertThatThrownBy(() -> Targets.of()).hasMessageContaining("empty");
    assertThatThrownBy(() -> Targets.of("in_proj", "in_proj")).hasMessageContaining("twice");
    assertThatThrownBy(() -> Share.percent(0)).hasMessageContaining("(0, 1]");
    assertThatThrownBy(() -> Share.percent(Double.NaN)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> Lora.of(8, "conv1d").trainedParameters(weights("130m")))
        .hasMessageContaining("not on conv1d");
  }
}
