package dev.adder.tensor.cuda;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds a driver that answers and remembers; it answers for NVRTC's version, too. */
final class FakeDriver {

  private static final Path BUILD = Path.of("target/cuda-emulation");

  private FakeDriver() {}

  /** The path of the library; skips the test where there is no g++. */
  static String build(String name, String... options) throws Exception {
    EmulatedDevice.requireCompiler();
    Files.createDirectories(BUILD);
    String library = BUILD.resolve(name).toAbsolutePath().toString();
    List<String> command = new ArrayList<>(List.of("g++", "-shared", "-fPIC", "-x", "c"));
    command.addAll(List.of(options));
    command.addAll(List.of("src/test/cuda/fake_driver.c", "-o", library));
    EmulatedDevice.run(command);
    return library;
  }
}
