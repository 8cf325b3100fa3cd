package dev.adder.ssm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.cuda.Cuda;
import dev.adder.tensor.cuda.CudaDevice;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The operators on a GPU: mvn test -pl toolkit -Dgroups=gpu -DexcludedTags=slow. */
@Tag("gpu")
class GpuOperatorTest extends DeviceOperatorTest {

  @BeforeAll
  static void requireGpu() {
    assumeTrue(
        Engine.getEngine("PyTorch").getGpuCount() > 0, "The engine sees no GPU on this machine.");
  }

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
