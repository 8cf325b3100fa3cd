package dev.adder.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The kernel as a package that pip installs: the kernelspec with all its libraries, in the place
 * where Jupyter looks in that environment, and a translator for papermill. The same libraries give
 * the same bytes.
 */
public final class Wheel {

  private static final String PACKAGE = "adder_kernel";
  private static final String SCRIPT = "start.py";
  private static final LocalDateTime DATE = LocalDateTime.of(2026, 1, 1, 0, 0);

  private final Path libraries;
  private final String version;
  private final String platform;

  /**
   * @param libraries the folder of jars that the kernel runs from
   * @param version of the package
   * @param platform that the native libraries are for, as Python calls it
   */
  public Wheel(Path libraries, String version, String platform) {
    this.libraries = libraries;
    this.version = version;
    this.platform = platform;
  }

  /** Of the libraries that this class itself comes from. */
  public static Wheel here(String version) throws IOException {
    Path place = KernelSpec.place();
    if (!place.toString().endsWith(".jar")) {
      throw new IOException("The package is made from the built jars: run it by ./adder.");
    }
    Path libraries = place.getParent();
    return new Wheel(libraries, version, platform(libraries));
  }

  /** Python's name of the platform that the engine's native library is for. */
  static String platform(Path libraries) throws IOException {
    // Of libtorch and the tokenizers, the one that asks for more decides.
    Map<String, String> platforms =
        Map.of(
            "linux-x86_64", "manylinux_2_34_x86_64",
            "osx-aarch64", "macosx_11_0_arm64",
            "win-x86_64", "win_amd64");
    for (Path jar : jars(libraries)) {
      String name = jar.getFileName().toString();
      if (name.startsWith("pytorch-native-")) {
        for (Map.Entry<String, String> each : platforms.entrySet()) {
          if (name.endsWith("-" + each.getKey() + ".jar")) {
            return each.getValue();
          }
        }
      }
    }
    throw new IOException(
        "%s holds no native engine for one of %s. Build the project anew."
            .formatted(libraries, String.join(", ", platforms.keySet())));
  }

  private static List<Path> jars(Path libraries) throws IOException {
    try (Stream<Path> files = Files.list(libraries)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /**
   * Writes the package.
   *
   * @param folder made if need be
   * @return the file
   */
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("%s-%s-py3-none-%s.whl".formatted(PACKAGE, version, platform));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (Archive archive = new Archive(fresh)) {
      archive.add(
          PACKAGE + "/__init__.py",
          "\"\"\"The Java kernel of Adder for Jupyter.\"\"\"\n\n__version__ = \"%s\"\n"
              .formatted(version));
      archive.add(PACKAGE + "/papermill_java.py", KernelSpec.resource("wheel/papermill_java.py"));
      String spec = data("share/jupyter/kernels/" + KernelSpec.NAME + "/");
      archive.add(spec + "kernel.json", kernel().json());
      archive.add(spec + SCRIPT, KernelSpec.resource("wheel/" + SCRIPT));
      for (String logo : KernelSpec.LOGOS) {
        archive.add(spec + logo, KernelSpec.resource(logo));
      }
      for (Path jar : jars(libraries)) {
        archive.store(spec + "lib/" + jar.getFileName(), jar);
      }
      archive.add(info("METADATA"), metadata());
      archive.add(
          info("WHEEL"),
          "Wheel-Version: 1.0\nGenerator: adder\nRoot-Is-Purelib: true\nTag: py3-none-%s\n"
              .formatted(platform));
      archive.add(
          info("entry_points.txt"),
          "[papermill.engine]\nadder = %s.papermill_java:JavaEngine\n".formatted(PACKAGE));
      archive.finish(info("RECORD"));
    }
    return Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private String data(String path) {
    return "%s-%s.data/data/%s".formatted(PACKAGE, version, path);
  }

  private String info(String file) {
    return "%s-%s.dist-info/%s".formatted(PACKAGE, version, file);
  }

  /** A script of the package finds the JDK; python is the one that runs Jupyter. */
  static KernelSpec kernel() {
    List<String> command = new ArrayList<>(List.of("python", "{resource_dir}/" + SCRIPT));
    // Where a crash is reported is for the script to say, on the machine that it runs on.
    KernelSpec.flags().stream()
        .filter(flag -> !flag.startsWith("-XX:ErrorFile="))
        .forEach(command::add);
    command.addAll(List.of("-cp", "{resource_dir}/lib/*"));
    command.addAll(List.of(KernelMain.class.getName(), KernelSpec.CONNECTION_FILE));
    return new KernelSpec(
        KernelSpec.NAME, KernelSpec.DISPLAY_NAME, command, KernelSpec.environmentOfOurs());
  }

  private String metadata() {
    return """
        Metadata-Version: 2.1
        Name: adder-kernel
        Version: %s
        Summary: A Java kernel for Jupyter, with a toolkit for fine-tuning state space models
        License: Apache-2.0
        Requires-Python: >=3.8
        Description-Content-Type: text/markdown

        A Java kernel for Jupyter, with Adder's toolkit on its class path: busy cells can be
        interrupted, tables and figures show themselves. Needs a JDK of version 17 or newer, from
        JAVA_HOME or the path.
        """
        .formatted(version);
  }

  /** A zip with dates that do not change and the list of what is in it. */
  private static final class Archive implements AutoCloseable {

    private final ZipOutputStream zip;
    private final StringBuilder record = new StringBuilder();

    Archive(Path file) throws IOException {
      zip = new ZipOutputStream(Files.newOutputStream(file));
    }

    void add(String name, String text) throws IOException {
      add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    void add(String name, byte[] content) throws IOException {
      ZipEntry entry = entry(name);
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
      note(name, sha256().digest(content), content.length);
    }

    /** Adds a file that is compressed already. */
    void store(String name, Path file) throws IOException {
      ZipEntry entry = entry(name);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(Files.size(file));
      entry.setCrc(crc(file));
      zip.putNextEntry(entry);
      DigestOutputStream out = new DigestOutputStream(zip, sha256());
      Files.copy(file, out);
      zip.closeEntry();
      note(name, out.getMessageDigest().digest(), Files.size(file));
    }

    private static ZipEntry entry(String name) {
      ZipEntry entry = new ZipEntry(name);
      entry.setTimeLocal(DATE);
      return entry;
    }

    private static long crc(Path file) throws IOException {
      CRC32 crc = new CRC32();
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(file)) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          crc.update(buffer, 0, count);
        }
      }
      return crc.getValue();
    }

    private void note(String name, byte[] hash, long size) {
      String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
      record.append("%s,sha256=%s,%d\n".formatted(name, encoded, size));
    }

    void finish(String recordName) throws IOException {
      zip.putNextEntry(entry(recordName));
      zip.write((record + recordName + ",,\n").getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException everyJdkHasIt) {
        throw new IllegalStateException("This JDK lacks SHA-256.", everyJdkHasIt);
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
