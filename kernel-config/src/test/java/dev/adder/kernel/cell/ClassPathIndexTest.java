package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassPathIndexTest {

  private static final ClassPathIndex INDEX =
      new ClassPathIndex(System.getProperty("java.class.path"));

  @TempDir private Path folder;

  /** The compiler's own way, which opens everything, lists the same. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.adder",
        "dev.adder.adapter",
        "tech.tablesaw.api",
        "ai.djl.ndarray",
        "it.unimi.dsi.fastutil.ints",
        "org.objectweb.asm",
        "com.fasterxml.jackson.databind",
        "java.util",
        "nowhere",
        "dev",
        ""
      })
  void a_package_has_the_classes_that_the_compiler_finds(String packageName) throws IOException {
    Set<String> expected = new HashSet<>();
    try (JavaFileManager files =
        ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
      for (JavaFileObject file :
          files.list(
              StandardLocation.CLASS_PATH, packageName, Set.of(JavaFileObject.Kind.CLASS), false)) {
        String name = files.inferBinaryName(StandardLocation.CLASS_PATH, file);
        if (!name.endsWith("-info")) {
          expected.add(name);
        }
      }
    }
    List<ClassPathIndex.ClassFile> found = INDEX.classes(packageName);
    assertThat(found.stream().map(ClassPathIndex.ClassFile::binaryName))
        .containsExactlyInAnyOrderElementsOf(expected);
    for (ClassPathIndex.ClassFile file : found.stream().limit(3).toList()) {
      try (InputStream in = file.openInputStream()) {
        assertThat(in.readNBytes(4)).containsExactly(0xCA, 0xFE, 0xBA, 0xBE);
      }
    }
  }

  @Test
  void packages_go_on_behind_what_is_typed() {
    assertThat(INDEX.packages("java.ut")).containsExactly("util.");
    assertThat(INDEX.packages("java.util.")).contains("concurrent.", "stream.", "zip.");
    assertThat(INDEX.packages("tech.table")).containsExactly("tablesaw.");
    assertThat(INDEX.packages("dev.adder.te")).containsExactly("tensor.");
    assertThat(INDEX.packages("jdk.incubator.")).contains("vector.");
    assertThat(INDEX.packages("sun.sec")).isEmpty();
    assertThat(INDEX.packages("nowhere")).isEmpty();
  }

  @Test
  void a_type_is_found_by_its_simple_name_if_it_is_public() {
    assertThat(INDEX.named("CountDownLatch"))
        .containsExactly("java.util.concurrent.CountDownLatch");
    assertThat(INDEX.named("Entry")).startsWith("java.util.Map.Entry");
    assertThat(INDEX.named("TrainingSettings"))
        .containsExactly("dev.adder.training.TrainingSettings");
    assertThat(INDEX.named("ClassPathIndex")).isEmpty();
    assertThat(INDEX.named("NoSuchType")).isEmpty();
  }

  @Test
  void what_is_added_is_found_and_what_is_no_archive_is_passed_over() throws IOException {
    Path jar = folder.resolve("a b.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name :
          List.of("p/One.class", "p/q/Two.class", "META-INF/versions/17/p/One.class")) {
        out.putNextEntry(new ZipEntry(name));
      }
    }
    Path classes = Files.createDirectories(folder.resolve("classes/p"));
    Files.createFile(classes.resolve("One.class"));
    Files.createFile(classes.resolve("Three.class"));
    Path text = Files.writeString(folder.resolve("text.jar"), "no archive");
    ClassPathIndex index = new ClassPathIndex(folder.resolve("missing.jar").toString());
    assertThat(index.classes("p")).isEmpty();
    index.add(
        String.join(
            File.pathSeparator, text.toString(), jar.toString(), classes.getParent().toString()));
    assertThat(names(index, "p")).containsExactlyInAnyOrder("p.One", "p.Three");
    assertThat(names(index, "p.q")).containsExactly("p.q.Two");
    Files.createFile(classes.resolve("Four.class"));
    assertThat(names(index, "p")).contains("p.Four");
    assertThat(index.packages("p")).contains("p.");
  }

  private static Stream<String> names(ClassPathIndex index, String packageName) throws IOException {
    return index.classes(packageName).stream().map(ClassPathIndex.ClassFile::binaryName);
  }
}
