package dev.adder.ssm;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.CudaDevice;
import org.junit.jupiter.api.Tag;

/** The operators on a GPU: mvn verify -DexcludedTags= -Dgroups=gpu. */
@Tag("gpu")
class GpuOperatorTest extends DeviceOperatorTest {

  @Override
  CudaDevice device() {
    try (NDManager manager = NDManager.newBaseManager(Device.gpu(), "PyTorch")) {
      return Cuda.device(manager.ones(new Shape(1)))
          .orElseThrow(() -> new AssertionError(Cuda.report()));
    }
  }

  @Override
  Device where() {
    return Device.gpu();
  }
}
