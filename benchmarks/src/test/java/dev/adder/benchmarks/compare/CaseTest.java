package dev.adder.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTest {

  private static List<String> selected(String patterns) {
    return Case.select(patterns).stream().map(Case::id).toList();
  }

  @Test
  void names_are_unique() {
    assertThat(Case.all().stream().map(Case::id)).doesNotHaveDuplicates();
  }

  @Test
  void a_whole_name_chooses_one() {
    assertThat(selected("decode-tiny-64")).containsExactly("decode-tiny-64");
  }

  @Test
  void a_beginning_chooses_all_that_go_on_from_there() {
    assertThat(selected("train-full-m130"))
        .containsExactly("train-full-m130-1x128", "train-full-m130-1x512", "train-full-m130-4x512");
  }

  @Test
  void a_beginning_ends_at_a_word() {
    assertThatThrownBy(() -> selected("trai"))
        .hasMessageStartingWith("No case is called \"trai\". There are: limits, train-lora-tiny");
  }

  @Test
  void a_star_stands_for_anything_and_the_order_is_that_of_the_list() {
    assertThat(selected("decode-tiny, *-tiny-8x128"))
        .containsExactly(
            "train-lora-tiny-8x128",
            "train-full-tiny-8x128",
            "train-sdlora-tiny-8x128",
            "decode-tiny-64",
            "start-lora-tiny-8x128");
  }

  @Test
  void a_worker_of_the_same_size_is_told_so() {
    Case sdlora = Case.select("train-sdlora-tiny").get(0);
    assertThat(sdlora.task("m", Side.SAME_SIZE).variant()).isEqualTo("same-size");
    assertThat(sdlora.task("m", "Adder").variant()).isEqualTo("sdlora");
  }
}
