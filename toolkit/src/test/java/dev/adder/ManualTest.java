package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manual's pages on methods: what each must have, and its example, which is run. */
class ManualTest {

  private static final Path PAGES = Path.of("docs", "methods");
  private static final Pattern EXAMPLE =
      Pattern.compile("```java\n(.+?)\n```\n\n> (.+)", Pattern.DOTALL);

  private static JShell shell;

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      List<Path> pages = files.filter(page -> !page.endsWith("README.md")).sorted().toList();
      return pages.stream();
    }
  }

  @BeforeAll
  static void open() {
    shell = JShell.builder().executionEngine("local").build();
    shell.addToClasspath(System.getProperty("java.class.path"));
    for (String line :
        List.of(
            "import dev.adder.*;",
            "import dev.adder.adapter.*;",
            "import dev.adder.data.*;",
            "import static dev.adder.Ssm.percent;",
            "var mamba = Ssm.load(\"quick\");")) {
      value(line);
    }
  }

  @AfterAll
  static void close() {
    value("mamba.close();");
    shell.close();
  }

  private static String value(String code) {
    List<SnippetEvent> events = shell.eval(code);
    SnippetEvent last = events.get(events.size() - 1);
    assertThat(last.status()).as(code + " " + diagnostics(last)).isEqualTo(Snippet.Status.VALID);
    assertThat(last.exception()).as(code).isNull();
    return last.value();
  }

  private static String diagnostics(SnippetEvent event) {
    return shell
        .diagnostics(event.snippet())
        .map(each -> each.getMessage(null))
        .toList()
        .toString();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_has_equation_parameters_source_and_an_example_that_runs(Path page)
      throws IOException {
    String text = Files.readString(page);
    assertThat(text).startsWith("# ").contains("\n\n    ", "**Parameters.**", "**Source.**");
    Matcher example = EXAMPLE.matcher(text);
    assertThat(example.find()).as("an example with what it says").isTrue();
    assertThat(value(example.group(1) + ".toString()"))
        .startsWith("\"" + example.group(2).strip() + ": ")
        .contains(" parameters trained");
  }

  @Test
  void the_index_names_every_page() throws IOException {
    String index = Files.readString(PAGES.resolve("README.md"));
    assertThat(pages().map(page -> "(" + page.getFileName() + ")"))
        .isNotEmpty()
        .allSatisfy(link -> assertThat(index).contains(link));
  }
}
