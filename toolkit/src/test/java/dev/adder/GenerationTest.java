package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.evaluation.Decoding;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Writing on from text, in the words of a cell. */
class GenerationTest {

  private static PretrainedModel model;

  @BeforeAll
  static void load() throws IOException {
    model = Ssm.load("quick");
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void a_text_goes_on_by_every_decoding() {
    String greedy = model.generate("The garden").run();
    assertThat(greedy).isNotBlank();
    assertThat(model.generate("The garden").beams(1).run()).isEqualTo(greedy);
    assertThat(model.generate("The garden").decoding(Decoding.greedy(50)).run()).isEqualTo(greedy);
    String shorter = model.generate("The garden").maxNewTokens(3).run();
    assertThat(greedy).startsWith(shorter).hasSizeGreaterThan(shorter.length());
    String drawn = model.generate("The garden").sample().seed(3).run();
    assertThat(model.generate("The garden").sample().seed(3).run()).isEqualTo(drawn);
    assertThat(model.generate("The garden").sample().seed(4).run()).isNotEqualTo(drawn);
    assertThat(model.generate("The garden").maxNewTokens(50).sample().topK(1).temperature(2).run())
        .isEqualTo(greedy);
  }

  @Test
  void several_texts_go_on_side_by_side_as_each_alone() {
    List<String> prompts = List.of("The garden", "A", "Every child in the house");
    List<String> texts = model.generate(prompts).beams(4).maxNewTokens(12).run();
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(model.generate(prompts.get(i)).beams(4).maxNewTokens(12).run())
          .isEqualTo(texts.get(i));
    }
  }

  @Test
  void an_empty_prompt_is_refused() {
    assertThatThrownBy(() -> model.generate("").run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The prompt is empty. Give at least one token.");
  }
}
