package dev.adder.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.adder.tensor.OperatorCheck;
import dev.adder.tensor.cuda.EmulatedDevice;
import org.junit.jupiter.api.Test;

/** What ./adder doctor compares where there is a GPU, on emulated threads. */
class OperatorChecksTest {

  @Test
  void on_a_device_its_kernels_are_compared_with_plain_operators() throws Exception {
    OperatorCheck check =
        OperatorChecks.all().stream()
            .filter(one -> one.name().equals("norm"))
            .findFirst()
            .orElseThrow();
    try (EmulatedDevice.StandIn device = EmulatedDevice.standIn()) {
      OperatorCheck.Finding finding = check.run(Device.cpu());
      assertThat(finding.passes()).as(finding.toString()).isTrue();
      assertThat(device.launched()).anyMatch(kernel -> kernel.contains("norm"));
    }
  }
}
