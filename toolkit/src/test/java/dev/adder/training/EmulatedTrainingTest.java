package dev.adder.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.adder.adapter.Lora;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import dev.adder.adapter.Targets;
import dev.adder.tensor.cuda.EmulatedDevice;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Training on emulated threads, on tensors of the CPU. */
class EmulatedTrainingTest extends DeviceTrainingTest {

  private Set<String> launched = Set.of();

  @Override
  AutoCloseable device() throws Exception {
    EmulatedDevice.StandIn open = EmulatedDevice.standIn();
    return () -> {
      launched = open.launched();
      open.close();
    };
  }

  @Override
  Device where() {
    return Device.cpu();
  }

  @Test
  void every_operator_that_has_kernels_is_carried_out_by_them() throws Exception {
    training_in_bf16_goes_where_float32_goes(
        new SdLora(
            new Lora(4, 4, 0.1, Targets.of("out_proj")),
            Share.count(3),
            Share.count(2),
            OptionalInt.of(2)));
    assertThat(launched)
        .contains(
            "scan_forward<bf16, 4, 4>",
            "scan_backward<bf16, 4, 4>",
            "convolution_forward<bf16, 4>",
            "convolution_backward<bf16, 4>",
            "norm_forward<bf16, float>",
            "norm_backward<bf16, float>",
            "cross_entropy_forward<bf16>",
            "cross_entropy_backward<bf16>",
            "sum_rows<bf16>",
            "gather_columns<bf16>",
            "add_columns<bf16>",
            "drop<bf16>",
            "squared_norm_parts",
            "adamw");
  }
}
