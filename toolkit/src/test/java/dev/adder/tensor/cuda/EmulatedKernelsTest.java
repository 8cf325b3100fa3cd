package dev.adder.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernel texts on emulated threads against loops in float64. */
class EmulatedKernelsTest {

  @Test
  void kernels_agree_with_float64_loops() throws IOException, InterruptedException {
    EmulatedDevice.requireCompiler();
    assertThat(harness()).contains("all kernels agree with float64 loops");
  }

  @Test
  @Tag("slow")
  void kernels_touch_no_memory_of_others() throws IOException, InterruptedException {
    EmulatedDevice.requireCompiler();
    assertThat(harness("--address")).contains("all kernels agree with float64 loops");
  }

  @Test
  @Tag("slow")
  void kernels_miss_no_barrier() throws IOException, InterruptedException {
    EmulatedDevice.requireCompiler();
    assertThat(harness("--thread")).contains("all kernels agree with float64 loops");
  }

  private static String harness(String... options) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of("sh", "src/test/cuda/emulation/run"));
    command.addAll(List.of(options));
    return EmulatedDevice.run(command);
  }
}
