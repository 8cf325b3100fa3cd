package dev.adder.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The binding of the driver, against one that only answers and remembers. */
class CudaDriverTest {

  @AfterEach
  void letGo() {
    Native.unregister(CudaDriver.class);
  }

  @Test
  void a_launch_arrives_as_it_was_meant() throws Exception {
    String library = FakeDriver.build("libfakecuda.so");
    CudaDriver.open(library);
    assertThat(CudaDriver.version()).isEqualTo(12080);
    int device = CudaDriver.device(0);
    assertThat(CudaDriver.capability(device)).isEqualTo(90);
    assertThat(CudaDriver.multiprocessors(device)).isEqualTo(132);
    CudaDriver.enter(CudaDriver.primaryContext(device));
    Pointer module = CudaDriver.load("// PTX".getBytes(StandardCharsets.US_ASCII));
    Pointer function = CudaDriver.function(module, "_Z4scan");
    byte[] structure = new Arguments().whole(0x1122334455667788L).number(-3).real(2).structure();
    CudaDriver.launch(function, 5, 6, 7, 256, null, structure);
    CudaDriver.synchronize(null);

    NativeLibrary fake = NativeLibrary.getInstance(library);
    assertThat(read(fake, "fake_shape").getIntArray(0, 7)).containsExactly(5, 6, 7, 256, 1, 1, 0);
    Pointer arrived = read(fake, "fake_structure");
    assertThat(arrived.getLong(0)).isEqualTo(0x1122334455667788L);
    assertThat(arrived.getInt(8)).isEqualTo(-3);
    assertThat(arrived.getFloat(12)).isEqualTo(2);
    assertThat(read(fake, "fake_image").getString(0)).isEqualTo("// PTX");
    assertThat(read(fake, "fake_kernel").getString(0)).isEqualTo("_Z4scan");
  }

  private static Pointer read(NativeLibrary library, String function) {
    return library.getFunction(function).invokePointer(new Object[0]);
  }

  @Test
  void what_the_driver_refuses_is_one_sentence() throws Exception {
    CudaDriver.open(FakeDriver.build("libfakecuda.so"));
    CudaDriver.enter(CudaDriver.primaryContext(CudaDriver.device(0)));
    Pointer module = CudaDriver.load(new byte[] {'x'});
    assertThatThrownBy(() -> CudaDriver.function(module, "missing"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The CUDA driver reports CUDA_ERROR_INVALID_VALUE (invalid argument) when looking for"
                + " the kernel missing.");
  }

  @Test
  void a_driver_that_does_not_start_is_one_sentence() throws Exception {
    String library = FakeDriver.build("libbrokencuda.so", "-DBROKEN");
    assertThatThrownBy(() -> CudaDriver.open(library))
        .isInstanceOf(CudaUnavailableException.class)
        .hasMessage(
            "The CUDA driver is installed but does not start: CUDA_ERROR_UNKNOWN (unknown error)."
                + " See whether nvidia-smi works.");
  }

  @Test
  void a_library_that_is_no_driver_is_one_sentence() throws IOException {
    Path other = Files.writeString(Files.createTempFile("other", ".so"), "no library");
    assertThatThrownBy(() -> CudaDriver.open(other.toString()))
        .hasMessage(
            "The CUDA driver (%s) cannot be loaded; install the NVIDIA driver.".formatted(other));
  }
}
