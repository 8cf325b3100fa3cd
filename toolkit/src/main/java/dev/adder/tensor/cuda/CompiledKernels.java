package dev.adder.tensor.cuda;

import java.util.Map;

/**
 * What the compiler made of a {@link KernelSet}.
 *
 * @param image cubin, or PTX where the compiler does not know the device
 * @param names of the kernels in the image, by their names in C++
 * @param log what the compiler said
 */
public record CompiledKernels(byte[] image, Map<String, String> names, String log) {

  public CompiledKernels {
    names = Map.copyOf(names);
  }
}
