package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.notebook.CellOutput;
import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Notebook;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MagicsTest {

  @TempDir private static Path folder;
  private static CellEvaluator evaluator;

  @BeforeAll
  static void start() {
    evaluator = new CellEvaluator();
  }

  @AfterAll
  static void stop() {
    evaluator.close();
  }

  private static CellResult run(String code) {
    return evaluator.evaluate(code, 5);
  }

  private static Object value(String code) {
    CellResult result = run(code);
    assertThat(result.error()).isNull();
    return result.value();
  }

  private static String message(String code) {
    return Objects.requireNonNull(run(code).error()).message();
  }

  private static String printed(String code) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertThat(run(code).error()).isNull();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void an_unknown_magic_is_answered_with_what_there_is() {
    assertThat(message("%jars lib/*.jar")).contains("Did you mean \"%classpath");
    assertThat(message("%wo")).contains("Did you mean \"%who\"?");
    assertThat(message("%matplotlib inline")).contains("There are: %classpath, %maven, %mavenRepo");
  }

  @Test
  void a_magic_stands_anywhere_between_statements_but_not_inside_them() {
    assertThat(value("int whole = 17\n%env SOME=thing\nwhole + 1")).isEqualTo(18);
    assertThat(value("int time = 5;\nint rest = (17\n%time);\nrest")).isEqualTo(2);
    assertThat(value("// %who\n/*\n%who\n*/\n\"\"\"\n%who\n\"\"\"")).isEqualTo("%who\n");
    assertThat(message("int q = 1;\n%env NOT_SET_AT_ALL")).contains("%env NOT_SET_AT_ALL=value");
  }

  @Test
  void errors_behind_a_magic_have_the_right_line() {
    assertThat(Objects.requireNonNull(run("%env A=b\n\nint z = 1 / 0;").error()).trace())
        .last()
        .asString()
        .contains("cell 5, line 3");
  }

  @Test
  void time_tells_how_long_code_took_and_passes_its_value_on() {
    assertThat(value("%time 6 * 7")).isEqualTo(42);
    assertThat(printed("%time Thread.sleep(3)")).matches("Time: [\\d.]+ m?s, of which .*\\R");
    assertThat(printed("%%time\nint timed = 1;\ntimed++;")).startsWith("Time: ");
    assertThat(Objects.requireNonNull(run("%%time\nint b = 1 / 0;").error()).trace().toString())
        .contains("cell 5, line 2");
  }

  @Test
  void the_environment_can_be_set_for_cells() {
    value("%env ADDER_TEST_THING=a b");
    assertThat(value("System.getenv(\"ADDER_TEST_THING\")")).isEqualTo("a b");
    assertThat(value("System.getenv().get(\"ADDER_TEST_THING\")")).isEqualTo("a b");
    assertThat(printed("%env ADDER_TEST_THING")).contains("ADDER_TEST_THING=a b");
    value("%env ADDER_API_TOKEN=secret");
    assertThat(printed("%env")).contains("ADDER_TEST_THING=a b").doesNotContain("secret");
  }

  @Test
  void files_and_notebooks_are_loaded() throws IOException {
    Path script = folder.resolve("setup.jsh");
    Files.writeString(script, "int loaded = 3;\nint twice(int n) {\n  return 2 * n;\n}\n");
    assertThat(value("%load " + script + "\ntwice(loaded)")).isEqualTo(6);
    Path notebook = folder.resolve("other.ipynb");
    Files.writeString(
        notebook,
        """
        {"cells": [{"cell_type": "markdown", "source": "int no = 1;"},
          {"cell_type": "code", "source": ["int fromNotebook = 4;\\n", "fromNotebook++;"]},
          {"cell_type": "code", "source": "int bad = 1 / 0;"}]}
        """);
    CellResult.Failure failure = Objects.requireNonNull(run("%load " + notebook).error());
    assertThat(failure.trace()).last().asString().contains("other.ipynb, cell 2, line 1");
    assertThat(value("fromNotebook")).isEqualTo(5);
    assertThat(message("%load nowhere.jsh")).contains("There is no file");
  }

  @Test
  void jars_are_added_to_the_class_path() throws IOException {
    Path jar =
        jar("greet", "package greet; public class Hello { public static int v() { return 9; } }");
    assertThat(printed("%classpath " + jar.getParent() + "/*.jar")).contains("greet.jar");
    assertThat(value("import greet.Hello;\nHello.v()")).isEqualTo(9);
    assertThat(message("%classpath nowhere/*.jar")).contains("Give a jar");
    run("%reset");
    assertThat(value("greet.Hello.v()")).isEqualTo(9);
  }

  private static Path jar(String name, String source) throws IOException {
    Path lib = Files.createDirectories(folder.resolve("lib"));
    Path java = Files.createDirectories(folder.resolve("src")).resolve("Hello.java");
    Files.writeString(java, source);
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder.resolve("src").toString(), java.toString()))
        .isZero();
    Path jar = lib.resolve(name + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      entries.putNextEntry(new JarEntry("greet/Hello.class"));
      entries.write(Files.readAllBytes(folder.resolve("src/greet/Hello.class")));
    }
    return jar;
  }

  @Test
  void reset_forgets_everything_but_the_imports_of_the_start() {
    value("int gone = 3;\nimport java.util.zip.CRC32;");
    value("%reset");
    assertThat(message("gone")).contains("cannot find symbol");
    assertThat(message("new CRC32()")).contains("cannot find symbol");
    assertThat(value("List.of(1).size() + percent(1).toString().length() > 0")).isEqualTo(true);
  }

  @Test
  void who_lists_names_with_type_and_value() {
    List<MimeBundle> shown = new ArrayList<>();
    Notebook.connect(
        new CellOutput() {
          @Override
          public void display(MimeBundle bundle, String displayId) {
            shown.add(bundle);
          }

          @Override
          public void update(MimeBundle bundle, String displayId) {
            shown.add(bundle);
          }
        });
    try {
      value(
          "%reset\n"
              + "var towns = List.of(\"Ulm\");\n"
              + "int half(int n) { return n / 2; }\n"
              + "record P() {}");
      value("%who");
    } finally {
      Notebook.connect(Notebook.console());
    }
    assertThat(shown.get(0).data().get(MimeBundle.TEXT).toString())
        .contains("towns", "List<String>", "[Ulm]", "half(int)", "method", "P", "type");
  }

  @Test
  void a_maven_library_that_is_at_hand_needs_no_network() {
    // The toolkit's own build has put it into the local repository.
    assertThat(printed("%maven com.fasterxml.jackson.core:jackson-core:2.23.0"))
        .contains("all is on the class path");
    assertThat(message("%maven thing")).contains("names no library");
  }

  @Test
  void completion_and_inspection_know_magics() {
    assertThat(evaluator.complete("int a;\n%cl", 10).items())
        .containsExactly(new Completions.Item("%classpath", "magic"));
    assertThat(evaluator.inspect("%time x", 3)).contains("%time code");
    assertThat(evaluator.completeness("%who")).isEqualTo("complete");
    assertThat(evaluator.completeness("%time x\nfor (;;) {")).isEqualTo("incomplete");
  }
}
