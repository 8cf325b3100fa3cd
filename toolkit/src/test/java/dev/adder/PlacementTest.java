package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import dev.adder.model.Placement;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What loading says of devices and types. */
class PlacementTest {

  @Test
  void a_model_is_on_the_cpu_in_float32_unless_said_otherwise() throws IOException {
    try (PretrainedModel model = Ssm.load("quick")) {
      assertThat(model.placement()).isEqualTo(Placement.cpu());
      assertThat(model.placement()).hasToString("float32 on cpu()");
      assertThat(model.toString()).doesNotContain("float32");
    }
    assertThat(Placement.gpu(1).bf16()).hasToString("bf16 on gpu(1)");
  }

  @Test
  void bf16_on_the_cpu_is_refused_with_a_remedy() {
    assertThatThrownBy(() -> Ssm.load("quick", Placement.cpu().bf16()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "bf16 is asked for on the CPU, whose kernels take float32. Use Placement.gpu().bf16() on"
                + " a machine with a GPU, or leave bf16() out.");
  }

  @Test
  void a_gpu_that_is_not_there_is_one_sentence_before_anything_is_loaded() {
    assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "This machine has a GPU.");
    assertThatThrownBy(() -> Ssm.load("no such model", Placement.gpu().bf16()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching("GPU 0 cannot be used\\. [^\\n]+\\.");
  }
}
