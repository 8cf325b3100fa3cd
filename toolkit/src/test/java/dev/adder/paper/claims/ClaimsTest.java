package dev.adder.paper.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClaimsTest {

  static Stream<Claim<?>> claims() {
    return Claims.all().stream();
  }

  @ParameterizedTest
  @MethodSource("claims")
  void every_claim_holds_and_every_control_fails(Claim<?> claim) {
    asItShould(claim.trials(20).check());
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("claims")
  void every_claim_holds_over_two_hundred_seeds_that_nobody_has_looked_at(Claim<?> claim) {
    asItShould(claim.trials(200).seed(1_000_000).check());
  }

  private static void asItShould(Verdict verdict) {
    assertThat(verdict.asItShould())
        .as("%s%n%s%n%s", verdict, verdict.sizes().print(), verdict.controlTable().print())
        .isTrue();
    assertThat(verdict.controls()).hasSameSizeAs(verdict.statement().hypotheses()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("claims")
  void no_counterexample_is_found_within_the_hypotheses(Claim<?> claim) {
    Counterexample search = claim.counterexample(24);
    assertThat(search.found()).as("%s", search).isFalse();
    assertThat(search.tried()).isGreaterThanOrEqualTo(24);
  }

  @ParameterizedTest
  @MethodSource("claims")
  void without_any_of_its_hypotheses_a_counterexample_is_found(Claim<?> claim) {
    for (Hypothesis hypothesis : claim.statement().hypotheses()) {
      Claim<?> broken = claim.without(hypothesis.name());
      List<Sizes> sizes = claim.controlSizes(hypothesis.name());
      Counterexample search = broken.at(sizes).counterexample(10);
      assertThat(search.found()).as("%s", search).isTrue();
      assertThat(search.toString())
          .contains("without " + hypothesis.name(), "a counterexample after");
    }
  }

  @Test
  void a_search_makes_the_worst_random_instance_worse() {
    Counterexample search = Claims.kernelIdentifiesChannel().states(3).counterexample(400);
    List<Counterexample.Step> records = search.records();
    assertThat(records).extracting(Counterexample.Step::how).contains("random", "search");
    assertThat(records).isSortedAccordingTo((a, b) -> Double.compare(a.error(), b.error()));
    assertThat(search.table().rowCount()).isEqualTo(records.size());
  }

  @Test
  void a_counterexample_needs_a_budget() {
    assertThatThrownBy(() -> Claims.prefixTuningIsInitialState().counterexample(9))
        .hasMessage("The budget is 9 instances; a search needs at least 10, usually 1000.");
  }

  @Test
  void a_verdict_says_what_is_claimed_where_and_what_came_out() {
    Verdict verdict =
        Claims.prefixTuningIsInitialState().channels(8).states(4).trials(12).seed(3).check();
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.error()).isBetween(1e-17, verdict.bound().value());
    assertThat(verdict.worstSeed()).isBetween(3L, 14L);
    assertThat(verdict.outcomes()).hasSize(12);
    assertThat(verdict.trials().columnNames())
        .containsExactly(
            "channels",
            "states",
            "seed",
            "prefix gives a state",
            "same term for every input",
            "state has a prefix",
            "term fades",
            "condition");
    assertThat(verdict.trials().rowCount()).isEqualTo(12);
    assertThat(verdict.statement().places())
        .extracting(Place::shown)
        .contains("v3: kept, shortened (memory)");
    assertThat(verdict.toString())
        .startsWith(
            "T1 Prefix-tuning an S4 layer is choosing its initial state: holds: largest error ")
        .contains("bound at most 1.0e-10, 12 trials; 4 of 4 controls fail as they should");
  }

  @Test
  void the_worst_instance_can_be_made_again_with_its_matrices() {
    Verdict verdict = Claims.fewestEditsOfAChannel().states(4).targetStates(2).trials(15).check();
    Instance again = verdict.worstInstance();
    assertThat(again.seed()).isEqualTo(verdict.worstSeed());
    assertThat(again.errors()).isEqualTo(verdict.worst().errors());
    assertThat(again.matrices()).contains("a", "costs", "c'");
    assertThatThrownBy(() -> again.matrix("d"))
        .hasMessageStartingWith("The instance has no matrix \"d\". It has: [a, b, c, a*");
  }

  @Test
  void what_comes_out_does_not_depend_on_threads() {
    int before = Workers.threads();
    Claim<?> claim = Claims.sparseTuningReachesSmallerModels().channels(5).trials(6);
    try {
      Workers.use(1);
      List<Trial> alone = claim.check().outcomes();
      Workers.use(2);
      assertThat(claim.check().outcomes()).isEqualTo(alone);
    } finally {
      Workers.use(before);
    }
  }

  @Test
  void a_dropped_hypothesis_is_named_in_the_verdict() {
    Verdict verdict =
        Claims.prefixTuningIsInitialState().without("distinct eigenvalues").trials(5).check();
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.controls()).isEmpty();
    assertThat(verdict.summary()).startsWith("without distinct eigenvalues it fails in 15 of 15");
  }

  @Test
  void an_unknown_hypothesis_is_told_with_those_there_are() {
    assertThatThrownBy(() -> Claims.prefixTuningIsInitialState().without("distinct"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "T1 has no hypothesis \"distinct\". It has: \"at least H tokens\", \"distinct eigenvalues\","
                + " \"nonzero b\", \"same output weights\".");
  }

  @Test
  void sizes_for_which_a_claim_says_nothing_are_refused() {
    refused(
        Claims.fewestEditsOfAChannel().states(3).targetStates(4),
        "The target has H* = 4 states, the frozen channel only H = 3: it cannot become the target."
            + " Use targetStates(3) or fewer, or more states.");
    refused(
        Claims.sparseTuningReachesSmallerModels().states(2).targetStates(3),
        "The target has H* = 3 states, the frozen channel only H = 2: it cannot become the target."
            + " Use targetStates(2) or fewer, or more states.");
    refused(
        Claims.sparseTuningReachesSmallerModels().layers(2).targetLayers(3),
        "The target has L* = 3 layers, the frozen model only L = 2: it cannot become the target."
            + " Use targetLayers(2) or fewer, or more layers.");
    refused(
        Claims.sparseTuningReachesSmallerModels().channels(3).layers(4).targetLayers(1),
        "4 layers serve one layer of the target, but there are only D = 3 channels to share among"
            + " them. Use at least 4 channels, or fewer layers.");
    String noRoom =
        "2H + R = 11 exceeds D = 10: W_S6 cannot have full row rank. Use at least 11 channels, or"
            + " fewer states (H = 4) or rank (R = 3).";
    refused(Claims.inputProjectionSelects().channels(10).states(4).rank(3), noRoom);
    refused(Claims.spareChannelsSuffice().channels(10).states(4).rank(3), noRoom);
    refused(Claims.sharedDynamicsSuffice().channels(10).states(4).rank(3), noRoom);
    refused(
        Claims.prefixTuningIsInitialState().states(4).prefix(3),
        "A prefix of 3 tokens cannot reach every state of H = 4. Use prefix(4) or more, or"
            + " .without(\"at least H tokens\").");
    refused(
        Claims.kernelIdentifiesChannel().states(5),
        "H is 5; float64 determines a channel from its kernel for H from 2 to 4. Use states(2) to"
            + " states(4).");
    refused(
        Claims.scatteredUpdateHasHighRank().rank(9),
        "LoRA of rank 9 may reach a change of 16 entries in 16 states. Use a rank of at most half of"
            + " the smaller, 8.");
    refused(
        Claims.zeroedRowPrunesState().states(1),
        "The layer has 1 state; one that is pruned leaves none. Use states(2) or more.");
  }

  private static void refused(Claim<?> claim, String message) {
    assertThatThrownBy(claim::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> claim.counterexample(10)).hasMessage(message);
  }

  @Test
  void numbers_below_one_are_refused() {
    assertThatThrownBy(() -> Claims.equivalentLayers().channels(0))
        .hasMessage("channels is 0; it must be at least 1.");
    assertThatThrownBy(() -> Claims.equivalentLayers().trials(0))
        .hasMessage("The number of trials is 0; it must be at least 1, usually 200.");
  }

  @Test
  void claims_are_found_by_the_beginning_of_their_number() {
    assertThat(Claims.named("T3")).hasSize(4);
    assertThat(Claims.named("T1b")).hasSize(1);
    assertThatThrownBy(() -> Claims.named("T9"))
        .hasMessage(
            "There is no claim \"T9\". There are: "
                + Claims.all().stream().map(claim -> claim.statement().id()).toList()
                + ".");
  }

  @Test
  void positive_eigenvalues_need_astronomical_prefixes() {
    PrefixIsInitialState claim = Claims.prefixTuningIsInitialState().states(8).prefix(8).trials(3);
    Verdict positive = claim.positiveEigenvalues().check();
    assertThat(positive.worst().condition()).isGreaterThan(1e5);
    assertThat(claim.check().worst().condition()).isLessThan(1e5);
  }

  @Test
  void the_construction_of_T5_counts_its_parameters() {
    var count =
        Claims.sparseTuningReachesSmallerModels()
            .channels(64)
            .states(16)
            .targetStates(8)
            .layers(8)
            .targetLayers(1)
            .parameters();
    assertThat(count).isEqualTo(new SparseReachesSmaller.ParameterCount(13_312, 58_368));
  }

  @Test
  void the_cheapest_assignment_is_that_of_trying_all() {
    Draw draw = Draw.of(5);
    for (int size = 1; size <= 6; size++) {
      for (int k = 0; k < 20; k++) {
        int[][] costs = new int[size][size];
        for (int[] row : costs) {
          for (int j = 0; j < size; j++) {
            row[j] = draw.below(3);
          }
        }
        Assignment assignment = Assignment.cheapest(costs);
        assertThat(assignment.columns()).doesNotHaveDuplicates();
        int sum = 0;
        for (int i = 0; i < size; i++) {
          sum += costs[i][assignment.columns()[i]];
        }
        assertThat(assignment.cost()).isEqualTo(sum).isEqualTo(fewest(costs, 0, new ArrayList<>()));
      }
    }
  }

  private static int fewest(int[][] costs, int row, List<Integer> taken) {
    if (row == costs.length) {
      return 0;
    }
    int best = Integer.MAX_VALUE;
    for (int j = 0; j < costs.length; j++) {
      if (!taken.contains(j)) {
        taken.add(j);
        best = Math.min(best, costs[row][j] + fewest(costs, row + 1, taken));
        taken.remove((Integer) j);
      }
    }
    return best;
  }

  @Test
  void a_bound_is_missed_by_three_orders_of_magnitude_or_not() {
    Bound equal = Bound.atMost(1e-10);
    assertThat(equal.holds(1e-10)).isTrue();
    assertThat(equal.holds(Double.NaN)).isFalse();
    assertThat(equal.fails(9e-8)).isFalse();
    assertThat(equal.fails(1.1e-7)).isTrue();
    assertThat(equal.fails(Double.NaN)).isTrue();
    Bound impossible = Bound.atLeast(0.1);
    assertThat(impossible.holds(0.2)).isTrue();
    assertThat(impossible.holds(Double.NaN)).isFalse();
    assertThat(impossible.fails(2e-4)).isFalse();
    assertThat(impossible.fails(1e-5)).isTrue();
    assertThatThrownBy(() -> Bound.atMost(0)).hasMessage("A bound is 0.0; it must be positive.");
  }

  @Test
  void a_control_that_does_not_fail_is_told() {
    Hypothesis hypothesis = new Hypothesis("spare", "there is one", "there is none");
    Trial good = new Trial(Sizes.of("states", 2), 0, Map.of("equal", 1e-16), 1e-16, 1);
    Control control = Control.of(hypothesis, List.of(good), Bound.atMost(1e-10));
    assertThat(control.fails()).isFalse();
    Verdict verdict =
        new Verdict(
            Claims.zeroedRowPrunesState().statement(),
            List.of(),
            Bound.atMost(1e-10),
            "states",
            List.of(good),
            List.of(control),
            0.1,
            (sizes, seed) -> {
              throw new AssertionError();
            });
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.asItShould()).isFalse();
    assertThat(verdict.summary()).contains("0 of 1 controls fail as they should");
    assertThat(verdict.controlTable().print()).contains("DOES NOT FAIL");
  }

  @Test
  void draws_are_the_same_for_a_seed_and_a_search_replaces_the_first() {
    assertThat(Draw.of(4).normals(70)).isEqualTo(Draw.of(4).normals(70));
    double[] replaced = Draw.of(4, new double[] {0.5, -0.5}).normals(4);
    double[] own = Draw.of(4).normals(4);
    assertThat(replaced).containsExactly(0.5, -0.5, own[2], own[3]);
    assertThat(Draw.of(1).uniform(2, 3)).isBetween(2.0, 3.0);
    double[] many = Draw.of(2).normals(20_000);
    assertThat(java.util.Arrays.stream(many).average().orElseThrow()).isBetween(-0.03, 0.03);
    assertThat(java.util.Arrays.stream(many).map(v -> v * v).average().orElseThrow())
        .isBetween(0.97, 1.03);
  }
}
