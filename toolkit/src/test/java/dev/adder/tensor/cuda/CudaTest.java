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
import com.sun.jna.Native;
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
  void a_gpu_without_kernels_is_refused_with_the_reason(@TempDir Path folder) throws Exception {
    Cuda broken = Cuda.start(FakeDriver.build("libbrokencuda.so", "-DBROKEN"), folder);
    assertThatThrownBy(() -> broken.require(0, 1, folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "GPU 0 cannot be used. The CUDA driver is installed but does not start:"
                + " CUDA_ERROR_UNKNOWN (unknown error). See whether nvidia-smi works.");
    Cuda withoutCompiler = Cuda.start(FakeDriver.build("libfakecuda.so"), folder);
    assertThatThrownBy(() -> withoutCompiler.require(0, 1, folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "GPU 0 cannot be used\\. (NVRTC, which compiles kernels, is neither in .*|.*update the"
                + " driver\\.)");
    Native.unregister(CudaDriver.class);
  }

  @Test
  void a_gpu_that_the_engine_does_not_see_is_refused(@TempDir Path folder) throws Exception {
    Path compiler = Path.of(FakeDriver.build("libnvrtc.so.12"));
    Path there = Files.copy(compiler, folder.resolve("libnvrtc.so.12"));
    Cuda works = Cuda.start(FakeDriver.build("libfakecuda.so"), there.getParent());
    assertThatThrownBy(() -> works.require(0, 0, Path.of("libtorch-cpu")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "GPU 0 cannot be used. The driver works, but libtorch in libtorch-cpu is built for the"
                + " CPU; unset DJL_OFFLINE so that the engine fetches its CUDA build, or name one in"
                + " PYTORCH_LIBRARY_PATH.");
    assertThatThrownBy(() -> works.require(2, 2, folder))
        .hasMessage("GPU 2 is asked for, but this machine has 2, counted from 0. Use at most 1.");
    assertThatCode(() -> works.require(1, 2, folder)).doesNotThrowAnyException();
    Native.unregister(CudaDriver.class);
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
