package dev.adder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.adder.PretrainedModel;
import dev.adder.Ssm;
import dev.adder.model.Placement;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Training on a GPU: mvn test -pl toolkit -Dgroups=gpu -DexcludedTags=slow. */
@Tag("gpu")
class GpuTrainingTest extends DeviceTrainingTest {

  @BeforeAll
  static void requireGpu() {
    assumeTrue(
        Engine.getEngine("PyTorch").getGpuCount() > 0, "The engine sees no GPU on this machine.");
  }

  @Override
  AutoCloseable device() {
    return () -> {};
  }

  @Override
  Device where() {
    return Device.gpu();
  }

  @Test
  void the_quick_model_is_loaded_onto_it_in_bf16() throws IOException {
    try (PretrainedModel model = Ssm.load("quick", Placement.gpu().bf16())) {
      assertThat(model.toString()).contains("bf16 on gpu(0)");
      assertThat(model.generate("Maria gave").maxNewTokens(4).run()).isNotEmpty();
    }
  }
}
