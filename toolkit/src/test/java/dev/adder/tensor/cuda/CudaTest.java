package dev.adder.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine without a usable GPU is told. */
class CudaTest {

  @Test
  void a_tensor_of_the_cpu_asks_for_no_driver() {
    NDArray tensor = NDManager.newBaseManager("PyTorch").ones(new Shape(1));
    assertThat(Cuda.device(tensor)).isEmpty();
  }

  @Test
  void a_missing_driver_is_one_sentence() {
    assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "This machine has a GPU.");
    assertThat(Cuda.report())
        .isEqualTo("The CUDA driver (libcuda.so.1) cannot be loaded; install the NVIDIA driver.");
  }

  @Test
  void a_missing_compiler_is_one_sentence(@TempDir Path folder) {
    Throwable thrown = catchThrowable(() -> Nvrtc.open(folder));
    assumeTrue(thrown != null, "This machine has NVRTC on its library path.");
    assertThat(thrown)
        .hasMessage(
            "NVRTC, which compiles kernels, is neither in "
                + folder
                + " nor on the library path; install the CUDA build of libtorch or the CUDA toolkit,"
                + " version 12 or newer.");
  }

  @Test
  void an_old_driver_is_one_sentence() {
    assertThatThrownBy(() -> Cuda.requireDriver(11080, 12080))
        .hasMessage(
            "The CUDA driver is for version 11.8, but the libraries are of version 12.8; update the"
                + " driver.");
    assertThatCode(() -> Cuda.requireDriver(12020, 12080)).doesNotThrowAnyException();
    assertThatCode(() -> Cuda.requireDriver(13000, 12080)).doesNotThrowAnyException();
  }
}
