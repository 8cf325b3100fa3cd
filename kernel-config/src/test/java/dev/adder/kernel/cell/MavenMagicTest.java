package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.notebook.Environment;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries from a repository that is a folder, so that no network is needed. */
class MavenMagicTest {

  private static final String GROUP = "dev.adder.magic.test";

  @TempDir private Path folder;
  private CellEvaluator evaluator;

  @BeforeEach
  void start() {
    evaluator = new CellEvaluator();
  }

  /** What Maven has copied into the user's own repository goes again. */
  @AfterEach
  void stop() throws IOException {
    Environment.set("ADDER_OFFLINE", "");
    evaluator.close();
    delete(localRepository().resolve(GROUP.replace('.', '/')));
  }

  /** Where the jars of this test's own class path lie. */
  private static Path localRepository() throws IOException {
    String inside = "com/fasterxml/jackson/core/jackson-core";
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String path = jar.replace(File.separatorChar, '/');
      if (path.contains(inside)) {
        return Path.of(path.substring(0, path.indexOf(inside)));
      }
    }
    throw new IOException("The local repository is not on the class path.");
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> all = Files.walk(tree)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private String printed(String code) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertThat(evaluator.evaluate(code, 1).error()).isNull();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String message(String code) {
    return Objects.requireNonNull(evaluator.evaluate(code, 1).error()).message();
  }

  /** Publishes a library whose class {@code GROUP.Name} has a method {@code say}. */
  private void publish(Path repository, String artifact, String version, String needs, String body)
      throws IOException {
    String name =
        artifact.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + artifact.substring(1);
    Path sources = Files.createDirectories(folder.resolve("src").resolve(artifact + version));
    Path java = sources.resolve(name + ".java");
    Files.writeString(
        java,
        "package %s; public class %s { public static String say() { return %s; } }"
            .formatted(GROUP, name, body));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    null,
                    null,
                    "-cp",
                    folder.resolve("src").toString(),
                    "-d",
                    folder.resolve("src").toString(),
                    java.toString()))
        .isZero();
    Path home =
        Files.createDirectories(
            repository.resolve(GROUP.replace('.', '/')).resolve(artifact).resolve(version));
    Path jar = home.resolve(artifact + "-" + version + ".jar");
    String entry = GROUP.replace('.', '/') + "/" + name + ".class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      entries.putNextEntry(new JarEntry(entry));
      entries.write(Files.readAllBytes(folder.resolve("src").resolve(entry)));
    }
    String dependency =
        needs.isEmpty()
            ? ""
            : "<dependencies><dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>1.0</version></dependency></dependencies>"
                .formatted(GROUP, needs);
    Files.writeString(
        home.resolve(artifact + "-" + version + ".pom"),
        "<project><modelVersion>4.0.0</modelVersion><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>%s</project>"
            .formatted(GROUP, artifact, version, dependency));
  }

  @Test
  void a_jar_that_is_new_here_is_added_with_what_it_needs() throws IOException {
    Path repository = folder.resolve("repository with a space");
    publish(repository, "magicwords", "1.0", "", "\"please\"");
    publish(repository, "magichat", "1.0", "magicwords", "Magicwords.say() + \" and a rabbit\"");
    printed("%mavenRepo folder " + repository.toUri());
    assertThat(printed("%maven " + GROUP + ":magichat:1.0"))
        .contains("Added: ")
        .contains("magichat-1.0.jar")
        .contains("magicwords-1.0.jar");
    assertThat(evaluator.evaluate("import " + GROUP + ".*;\nMagichat.say()", 2).value())
        .isEqualTo("please and a rabbit");
    // It has been loaded: another version of it would break both.
    publish(repository, "magicwords", "2.0", "", "\"now\"");
    assertThat(printed("%maven " + GROUP + ":magicwords:2.0"))
        .contains("magicwords stays at 1.0 (asked for: 2.0)");
    assertThat(evaluator.evaluate("Magicwords.say()", 3).value()).isEqualTo("please");
  }

  @Test
  void without_a_network_a_missing_library_is_told_in_a_sentence() {
    printed("%env ADDER_OFFLINE=1");
    assertThat(message("%maven " + GROUP + ":nowhere:1.0"))
        .startsWith(GROUP + ":nowhere:1.0 cannot be had.")
        .contains("Only the local repository was looked into, since ADDER_OFFLINE is set.")
        .contains("Maven says: ")
        .contains("nowhere:jar:1.0")
        .doesNotContain("\n");
    // Nothing of it stays: what is at hand is still found.
    assertThat(printed("%maven com.fasterxml.jackson.core:jackson-core:2.23.0"))
        .contains("all is on the class path");
  }

  @Test
  void a_repository_that_does_not_answer_is_told() {
    printed("%mavenRepo gone http://127.0.0.1:9/maven2");
    assertThat(message("%maven " + GROUP + ":nowhere:1.0"))
        .startsWith(GROUP + ":nowhere:1.0 cannot be had. Maven says: Could not ")
        .doesNotContain("\n");
  }

  @Test
  void a_repository_needs_a_name_and_an_address() {
    for (String wrong : List.of("", "company", "company repo.example.org", "a/b https://x.org/")) {
      assertThat(message("%mavenRepo " + wrong)).contains("Write a name and an address");
    }
  }
}
