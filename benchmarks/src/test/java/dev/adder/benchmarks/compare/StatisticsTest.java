package dev.adder.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void the_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
    assertThat(Statistics.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2.0);
    assertThat(Statistics.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    assertThat(Statistics.median(List.of())).isNaN();
  }

  @Test
  void ratios_are_taken_pair_by_pair() {
    // The machine slows down to half its speed in between: the ratios don't see it.
    Ratio ratio = Statistics.ratio(List.of(1.0, 2.0, 1.0), List.of(4.0, 8.0, 5.0));
    assertThat(ratio).isEqualTo(new Ratio(0.25, 0.2, 0.25));
    assertThat(ratio.text()).isEqualTo("0.25 (0.20–0.25)");
  }

  @Test
  void small_ratios_are_shown_with_three_places() {
    assertThat(new Ratio(0.0123, 0.009, 0.1).text()).isEqualTo("0.012 (0.009–0.10)");
  }

  @Test
  void pairs_need_as_many_samples_on_both_sides() {
    assertThatThrownBy(() -> Statistics.ratio(List.of(1.0), List.of()))
        .hasMessage("There are 1 and 0 samples; pairs need as many on both sides.");
  }

  @Test
  void first_figures_agree_to_a_ten_thousandth() {
    assertThat(Comparison.agree(5.5, 5.5005)).isTrue();
    assertThat(Comparison.agree(5.5, 5.51)).isFalse();
    assertThat(Comparison.agree(5.5, Double.NaN)).isTrue();
  }
}
