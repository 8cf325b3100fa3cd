package dev.adder.ssm;

import ai.djl.Device;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.EmulatedDevice;

/** The operators' GPU side on emulated threads, on tensors of the CPU. */
class EmulatedOperatorTest extends DeviceOperatorTest {

  @Override
  CudaDevice device() throws Exception {
    return EmulatedDevice.get();
  }

  @Override
  Device where() {
    return Device.cpu();
  }
}
