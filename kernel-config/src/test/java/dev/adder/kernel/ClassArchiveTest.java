package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {

  @TempDir private Path folder;

  /** The kernel with a class path of jars: folders of classes cannot be archived. */
  private KernelSpec ofJars() throws IOException {
    List<String> jars = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(part);
      jars.add(Files.isDirectory(path) ? jar(path, "part-" + jars.size()).toString() : part);
    }
    KernelSpec here = KernelSpec.here();
    List<String> command = new ArrayList<>(here.command());
    command.set(command.indexOf("-cp") + 1, String.join(File.pathSeparator, jars));
    return new KernelSpec(here.name(), here.displayName(), command, here.environment());
  }

  private Path jar(Path classes, String name) throws IOException {
    Path jar = folder.resolve(name + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
    return jar;
  }

  /**
   * A kernel that ran a cell.
   *
   * @param said by the kernel itself, beside what cells print
   * @param archived whether classes came from an archive of its own
   */
  private record Run(String said, boolean archived) {}

  private Run run(Path kernel) throws IOException {
    Path log = folder.resolve("log");
    Path classes = folder.resolve("classes.log");
    try (KernelClient client =
        KernelClient.start(logging(KernelSpec.read(kernel), classes), Map.of(), folder, log)) {
      List<String> shown = new ArrayList<>();
      client.run("6 * 7", shown::add, Duration.ofSeconds(120));
      assertThat(shown).containsExactly("42");
    }
    String said = Files.readString(log).replaceAll("WARNING: Using incubator modules.*\\s*", "");
    String loaded = Files.readString(classes);
    assertThat(loaded).contains(KernelMain.class.getName() + " source:");
    return new Run(said, loaded.contains("shared objects file (top)"));
  }

  /** The kernel whose JVM also writes where each class comes from. */
  private static KernelSpec logging(KernelSpec kernel, Path file) {
    List<String> command = new ArrayList<>(kernel.command());
    command.add(command.indexOf("-cp"), "-Xlog:class+load:file=" + file + "::filecount=0");
    return new KernelSpec(kernel.name(), kernel.displayName(), command, kernel.environment());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void the_kernel_starts_from_an_archive_that_fits_and_silently_without_one() throws IOException {
    Path kernel = ofJars().archived().install(folder.resolve("kernels"));
    assertThat(run(kernel)).isEqualTo(new Run("", false));
    assertThat(ClassArchive.isCurrent(kernel)).isFalse();
    assertThat(ClassArchive.make(kernel)).isGreaterThan(10_000_000);
    String archive = "classes.jsa";
    assertThat(run(kernel)).isEqualTo(new Run("", true));

    // Other libraries than it was made with.
    Path other = new KernelSpec("other", "Other", longer(kernel), Map.of()).install(folder);
    Files.copy(kernel.resolve(archive), other.resolve(archive));
    assertThat(run(other)).isEqualTo(new Run("", false));

    Files.delete(kernel.resolve(archive));
    Files.writeString(kernel.resolve(archive), "This is no archive.");
    assertThat(run(kernel)).isEqualTo(new Run("", false));

    KernelSpec.uninstall(folder.resolve("kernels"), kernel.getFileName().toString());
    assertThat(kernel).doesNotExist();
  }

  private List<String> longer(Path kernel) throws IOException {
    List<String> command = new ArrayList<>(KernelSpec.read(kernel).command());
    command.replaceAll(word -> word.replace(kernel.toString(), KernelSpec.RESOURCES));
    Path first = Files.createFile(folder.resolve("first.jar"));
    try (JarOutputStream empty = new JarOutputStream(Files.newOutputStream(first))) {
      empty.putNextEntry(new ZipEntry("a.txt"));
    }
    int at = command.indexOf("-cp") + 1;
    command.set(at, first + File.pathSeparator + command.get(at));
    return command;
  }
}
