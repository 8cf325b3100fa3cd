package dev.adder.kernel;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How the kernel is started, and what Jupyter is told of it. */
public final class KernelSpec {

  /** The kernel's name in notebooks. */
  public static final String NAME = "adder";

  /** What a person sees. */
  public static final String DISPLAY_NAME = "Java (Adder)";

  private static final String HEAP = "-Xmx768m";

  private KernelSpec() {}

  /** The command line up to the connection file: this JVM's java and class path. */
  static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms64m", System.getProperty("adder.kernel.heap", HEAP)));
    command.add("-XX:+UseSerialGC");
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-Dfile.encoding=UTF-8", "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", classPath(), KernelMain.class.getName()));
    return command;
  }

  /**
   * The library folder as {@code lib/*} if this class runs from it, which java expands itself;
   * else, as in tests, the class path of this JVM.
   */
  private static String classPath() {
    try {
      Path here =
          Path.of(KernelSpec.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return here.toString().endsWith(".jar")
          ? here.toAbsolutePath().getParent().resolve("*").toString()
          : System.getProperty("java.class.path");
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException("The kernel's own place is unknown.", impossible);
    }
  }

  /** Environment of the kernel: nothing is fetched, and the engine's threads do not spin. */
  static Map<String, String> environment() {
    return Map.of(
        "DJL_OFFLINE", "true",
        "OPT_OUT_TRACKING", "true",
        "OMP_WAIT_POLICY", "PASSIVE",
        "MALLOC_ARENA_MAX", "2");
  }

  /**
   * Writes the kernelspec below an environment's prefix.
   *
   * @param prefix such as a virtual environment or {@code ~/.local}
   * @return the folder written
   */
  public static Path install(Path prefix) throws IOException {
    Path folder = prefix.resolve("share/jupyter/kernels").resolve(NAME);
    Files.createDirectories(folder);
    ObjectNode spec = Wire.JSON.createObjectNode();
    List<String> arguments = command();
    arguments.add("{connection_file}");
    spec.set("argv", Wire.JSON.valueToTree(arguments));
    spec.put("display_name", DISPLAY_NAME).put("language", "java");
    spec.put("interrupt_mode", "message");
    spec.set("env", Wire.JSON.valueToTree(new java.util.TreeMap<>(environment())));
    spec.putObject("metadata").put("debugger", false);
    Wire.JSON
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve("kernel.json").toFile(), spec);
    for (String logo : List.of("logo-64x64.png", "logo-svg.svg")) {
      try (InputStream in =
          Objects.requireNonNull(
              KernelSpec.class.getResourceAsStream("/dev/adder/kernel/" + logo), logo)) {
        Files.copy(in, folder.resolve(logo), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return folder;
  }
}
