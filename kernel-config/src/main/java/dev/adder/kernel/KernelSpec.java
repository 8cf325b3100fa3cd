package dev.adder.kernel;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How a kernel is started, and what Jupyter is told of it.
 *
 * @param name what notebooks call it
 * @param displayName what a person sees
 * @param command its command line; {@code {connection_file}} stands for the file Jupyter writes
 * @param environment added to that of who starts it
 */
public record KernelSpec(
    String name, String displayName, List<String> command, Map<String, String> environment) {

  /** The kernel's name in notebooks, unless it is installed under another one. */
  public static final String NAME = "adder";

  /** What a person sees. */
  public static final String DISPLAY_NAME = "Java (Adder)";

  static final String CONNECTION_FILE = "{connection_file}";
  static final String RESOURCES = "{resource_dir}";
  static final String FILE = "kernel.json";
  static final List<String> LOGOS = List.of("logo-64x64.png", "logo-svg.svg");

  private static final String HEAP = "-Xmx768m";
  private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  public KernelSpec {
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "\"%s\" cannot be the name of a kernel: letters, digits, \".\", \"_\" and \"-\" only."
              .formatted(name));
    }
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** Our kernel with this JVM's java and class path. */
  public static KernelSpec here() {
    List<String> command = new ArrayList<>();
    String java = WINDOWS ? "java.exe" : "java";
    command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
    command.addAll(flags());
    command.addAll(List.of("-cp", classPath(), KernelMain.class.getName(), CONNECTION_FILE));
    return new KernelSpec(NAME, DISPLAY_NAME, command, environmentOfOurs());
  }

  /** What our kernel's JVM is told, but for its class path. */
  static List<String> flags() {
    return List.of(
        "-Xms64m",
        HEAP,
        "-XX:+UseSerialGC",
        // A crash leaves a report, which the next kernel reads, and no copy of the memory.
        "-XX:ErrorFile=" + LastRun.crashReport(),
        "-XX:-CreateCoredumpOnCrash",
        "--add-modules",
        "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        // So that what JShell keeps of statements that are spent can be let go.
        "--add-opens=jdk.jshell/jdk.jshell=ALL-UNNAMED",
        "-Dfile.encoding=UTF-8",
        "-Djava.awt.headless=true");
  }

  /** Nothing is fetched, and the engine's threads do not spin. */
  static Map<String, String> environmentOfOurs() {
    return Map.of(
        "DJL_OFFLINE", "true",
        "OPT_OUT_TRACKING", "true",
        "OMP_WAIT_POLICY", "PASSIVE",
        "MALLOC_ARENA_MAX", "2");
  }

  /**
   * The library folder as {@code lib/*} if this class runs from it, which java expands itself;
   * else, as in tests, the class path of this JVM.
   */
  private static String classPath() {
    Path here = place();
    return here.toString().endsWith(".jar")
        ? here.getParent().resolve("*").toString()
        : System.getProperty("java.class.path");
  }

  /** The jar, or the folder of classes, that this class comes from. */
  static Path place() {
    try {
      return Path.of(KernelSpec.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toAbsolutePath();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException("The kernel's own place is unknown.", impossible);
    }
  }

  /** The same kernel, which starts from an archive of its classes if one is beside it. */
  public KernelSpec archived() {
    List<String> changed = new ArrayList<>(command);
    changed.addAll(1, ClassArchive.flags());
    return new KernelSpec(name, displayName, changed, environment);
  }

  /** The same kernel under another name. */
  public KernelSpec named(String otherName, String otherDisplayName) {
    return new KernelSpec(otherName, otherDisplayName, command, environment);
  }

  /**
   * The same kernel with another Java heap.
   *
   * @param size as java takes it, such as 2g
   */
  public KernelSpec heap(String size) {
    if (!size.matches("[1-9]\\d*[kmgKMG]?")) {
      throw new IllegalArgumentException(
          "A heap of \"%s\" is not understood; give a number and k, m or g, such as 2g."
              .formatted(size));
    }
    List<String> changed = new ArrayList<>(command);
    changed.replaceAll(word -> word.startsWith("-Xmx") ? "-Xmx" + size : word);
    return new KernelSpec(name, displayName, changed, environment);
  }

  /**
   * Writes the kernelspec.
   *
   * @param kernels Jupyter's folder of kernels; see {@link JupyterFolders}
   * @return the folder written
   * @throws IOException if another kernel has this name
   */
  public Path install(Path kernels) throws IOException {
    Path folder = kernels.resolve(name);
    if (Files.exists(folder.resolve(FILE)) && !isOurs(folder)) {
      throw new IOException(
          "%s holds another kernel, which stays. Choose a free --name.".formatted(folder));
    }
    Files.createDirectories(folder);
    byte[] json = json();
    Path file = folder.resolve(FILE);
    // What is not changed keeps its date, by which its archive of classes is known to be current.
    if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), json)) {
      Files.write(file, json);
    }
    for (String logo : LOGOS) {
      Files.write(folder.resolve(logo), resource(logo));
    }
    return folder;
  }

  /** The content of {@code kernel.json}. */
  byte[] json() throws IOException {
    ObjectNode spec = Wire.JSON.createObjectNode();
    spec.set("argv", Wire.JSON.valueToTree(command));
    spec.put("display_name", displayName).put("language", "java");
    spec.put("interrupt_mode", "message");
    spec.set("env", Wire.JSON.valueToTree(new TreeMap<>(environment)));
    spec.putObject("metadata").put("debugger", false);
    return Wire.JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(spec);
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = KernelSpec.class.getResourceAsStream("/dev/adder/kernel/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /**
   * Removes an installed kernelspec of ours.
   *
   * @param kernels Jupyter's folder of kernels
   * @return the folder removed
   */
  public static Path uninstall(Path kernels, String name) throws IOException {
    Path folder = kernels.resolve(name);
    if (!Files.exists(folder.resolve(FILE))) {
      throw new IOException("There is no kernel \"%s\" in %s.".formatted(name, kernels));
    }
    if (!isOurs(folder)) {
      throw new IOException("%s holds another kernel, which stays.".formatted(folder));
    }
    Files.delete(folder.resolve(FILE));
    ClassArchive.delete(folder);
    for (String logo : LOGOS) {
      Files.deleteIfExists(folder.resolve(logo));
    }
    try (var left = Files.list(folder)) {
      if (left.findAny().isEmpty()) {
        Files.delete(folder);
      }
    }
    return folder;
  }

  /** Whether a folder holds a kernelspec of ours. */
  public static boolean isOurs(Path folder) throws IOException {
    return Files.exists(folder.resolve(FILE))
        && Files.readString(folder.resolve(FILE)).contains(KernelMain.class.getName());
  }

  /**
   * Reads an installed kernelspec, of any kernel, as Jupyter would.
   *
   * @param folder that holds {@code kernel.json}
   */
  public static KernelSpec read(Path folder) throws IOException {
    JsonNode json = Wire.JSON.readTree(folder.resolve(FILE).toFile());
    List<String> command = new ArrayList<>();
    json.path("argv")
        .forEach(word -> command.add(word.asText().replace(RESOURCES, folder.toString())));
    if (command.isEmpty()) {
      throw new IOException("%s says no command in \"argv\".".formatted(folder.resolve(FILE)));
    }
    return new KernelSpec(
        folder.getFileName().toString(),
        json.path("display_name").asText(),
        command,
        Wire.JSON.convertValue(
            json.path("env").isObject() ? json.path("env") : Wire.JSON.createObjectNode(),
            new TypeReference<Map<String, String>>() {}));
  }
}
