package dev.adder.tensor.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Kernels of one text that are compiled together.
 *
 * @param file name of the text beside the common header, such as {@code scan.cu}
 * @param kernels as C++ names them, with template arguments: {@code scan_forward<float, 4, 4>}
 */
public record KernelSet(String file, List<String> kernels) {

  /** The header every text includes. */
  static final String HEADER = "adder.cuh";

  public KernelSet {
    kernels = List.copyOf(kernels);
  }

  /** The text of the kernels. */
  public String text() {
    return read(file);
  }

  /** The text of the common header. */
  public static String header() {
    return read(HEADER);
  }

  private static String read(String file) {
    try (InputStream in = KernelSet.class.getResourceAsStream("/dev/adder/cuda/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("There is no kernel text %s.".formatted(file));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The kernel text %s cannot be read.".formatted(file), e);
    }
  }
}
