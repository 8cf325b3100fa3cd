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

  @ParameterizedTest
  @CsvSource({
    "in_proj.* x_proj.* dt_proj out_proj, 2531328, 13479936, 22462464",
    "in_proj.* out_proj, 1327104, 7077888, 11796480",
    "in_proj.*, 884736, 4718592, 7864320",
    "in_proj.x, 442368, 2359296, 3932160",
    "out_proj, 442368, 2359296, 3932160",
    "x_proj.* dt_proj, 1204224, 6402048, 10665984",
    "x_proj.*, 900096, 4780032, 7962624",
    "dt_proj, 304128, 1622016, 2703360"
  })
  void lora_of_rank_8_trains_as_many_as_the_released_configurations(
      String targets, long small, long medium, long large) {
    requireCounts(Lora.of(8, targets.split(" ")), small, medium, large);
  }

  @ParameterizedTest
  @CsvSource({
    "ssm, 5566464, 61145088, 122880000",
    "A_log, 589824, 3145728, 5242880",
    "x_proj, 2949120, 31457280, 62914560",
    "dt_proj dt_proj.bias, 1806336, 25362432, 52756480",
    "conv1d conv1d.bias, 184320, 983040, 1638400",
    "D norm norm_f, 56064, 296960, 494080",
    "in_proj out_proj, 84934656, 1207959552, 2516582400"
  })
  void partial_tuning_trains_as_many_as_the_released_configurations(
      String targets, long small, long medium, long large) {
    requireCounts(PartialTuning.of(targets.split(" ")), small, medium, large);
  }

  @Test
  void the_other_methods_train_as_many_as_their_published_configurations() {
    requireCounts(new BitFit(), 73_728, 393_216, 655_360);
    requireCounts(new InitialStateTuning(false), 589_824, 3_145_728, 5_242_880);
    requireCounts(new InitialStateTuning(true), 700_416, 3_735_552, 6_225_920);
    requireCounts(AdditionalScan.of(8), 884_736, 4_718_592, 64L * 3 * 8 * 5120);
    requireCounts(StateOffset.ofState(), 589_824, 3_145_728, 5_242_880);
    requireCounts(StateOffset.ofOutput(), 36_864, 196_608, 327_680);
  }

  private static void requireCounts(PeftMethod method, long small, long medium, long large) {
    assertThat(method.trainedParameters(weights("130m"))).as("130m").isEqualTo(small);
    assertThat(method.trainedParameters(weights("1.4b"))).as("1.4b").isEqualTo(medium);
    assertThat(method.trainedParameters(weights("2.8b"))).as("2.8b").isEqualTo(large);
  }

  @Test
  void counts_follow_their_formulas() {
    long d = 768;
    long di = 1536;
    assertThat(new PromptTuning(20, false).trainedParameters(weights("130m"))).isEqualTo(20 * d);
    assertThat(PrefixTuning.of(6).trainedParameters(weights("130m"))).isEqualTo(24 * 6 * d);
    assertThat(PrefixTuning.reparametrised(6, 64).trainedParameters(weights("130m")))
        .isEqualTo(24 * (6 * 64 + 64 * 65 + d * 65));
    assertThat(new AffixTuning(3).trainedParameters(weights("130m"))).isEqualTo(24 * 3 * di);
    assertThat(StateOffset.ofState(4).trainedParameters(weights("130m")))
        .isEqualTo(24 * 4 * (di + 16));
    assertThat(Lora.of(8, "embedding").trainedParameters(weights("130m")))
        .isEqualTo(8 * (50280 + d));
    assertThat(Lora.of(4, "conv1d").trainedParameters(weights("130m")))
        .isEqualTo(24 * 4 * (di + 4));
    assertThat(Lora.of(8, "in_proj").dora().trainedParameters(weights("130m")))
        .isEqualTo(24 * (8 * (d + 2 * di) + 2 * di));
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
        .hasMessageContaining("min(in, out) = 4");
    assertThatThrownBy(() -> Lora.of(8, "D").trainedParameters(weights("130m")))
        .hasMessageContaining("not on the vector D");
    assertThatThrownBy(() -> Lora.of(8, "A_log").dora().trainedParameters(weights("130m")))
        .hasMessageContaining("DoRA goes on linear projections");
    assertThatThrownBy(() -> Lora.of(8, "in_proj").plus(0)).hasMessageContaining("usually 16");
    assertThatThrownBy(() -> new PromptTuning(0, false)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> PrefixTuning.reparametrised(4, 0))
        .hasMessageContaining("width 0; give at least 1");
    assertThatThrownBy(() -> AdditionalScan.of(0)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> new AffixTuning(-1)).hasMessageContaining("-1 tokens");
    assertThatThrownBy(() -> StateOffset.ofState(0)).hasMessageContaining("rank 0");
    assertThatThrownBy(() -> new StateOffset(true, OptionalInt.of(2)))
        .hasMessageContaining("is a vector and has no rank 2");
    assertThatThrownBy(() -> StateOffset.ofState(17).trainedParameters(weights("130m")))
        .hasMessageContaining("Use a rank of at most 16");
    assertThatThrownBy(() -> Sdt.of(Share.count(4), Share.count(4)).warmUp(0))
        .hasMessageContaining("at least 1");
  }

  @Test
  void methods_on_one_weight_or_with_two_warm_ups_are_refused() {
    Sdt sdt = Sdt.of(Share.count(4), Share.count(4));
    assertThatThrownBy(() -> sdt.and(sdt)).hasMessageContaining("need a warm-up of their own");
    PeftMethod both = Lora.of(8, "x_proj").and(sdt);
    assertThatThrownBy(() -> both.trainedParameters(weights("130m")))
        .hasMessageContaining("x_proj.weight already has \"LoRA r=8\"")
        .hasMessageContaining("one weight takes one update");
    assertThatThrownBy(
            () -> PartialTuning.of("ssm").and(new BitFit()).trainedParameters(weights("130m")))
        .hasMessageContaining("conv1d.bias already has \"full\"; \"BitFit\" would change it too");
    PeftMethod crowded = sdt.pruned(Pruning.channels(Share.count(1533)));
    assertThatThrownBy(() -> crowded.trainedParameters(weights("130m")))
        .hasMessage(
            "4 channels are to be trained and 1533 zeroed, but there are 1536. Zero at most 1532.");
  }

  @Test
  void a_range_of_blocks_is_checked() {
    PeftMethod late = new PartialTuning(Targets.of("A_log").layers(12, 25));
    assertThatThrownBy(() -> late.trainedParameters(weights("130m")))
        .hasMessage(
            "Blocks 12 to 24 are named, but the model has 24, numbered from 0. Use layers(12, 24).");
    assertThatThrownBy(() -> Targets.of("A_log").layers(3, 3)).hasMessageContaining("no range");
    assertThat(
            new PartialTuning(Targets.of("A_log").layers(0, 12)).trainedParameters(weights("130m")))
        .isEqualTo(589_824 / 2);
  }
}
