package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that compares kernels claims nothing without a test that is there. */
class KernelsPageTest {

  private static final Path PAGE = Path.of("docs", "kernels.md");
  private static final Pattern QUOTED = Pattern.compile("`([\\w./-]+)`");

  /** What is a fact of the project and not of the code. */
  private static final List<String> WITHOUT_TEST =
      List.of("Kept up", "Runs cells in", "On Maven Central");

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| ") && !line.startsWith("| |"))
        .map(line -> line.split("(?<!\\\\)\\|"))
        .toList();
  }

  private static String source(String test) throws IOException {
    for (String module : List.of(".", "../toolkit", "../kotlin", "../jjava")) {
      Path tests = Path.of(module, "src", "test", "java");
      if (Files.isDirectory(tests)) {
        try (Stream<Path> files = Files.walk(tests)) {
          List<Path> found =
              files.filter(file -> file.getFileName().toString().equals(test + ".java")).toList();
          if (!found.isEmpty()) {
            return Files.readString(found.get(0));
          }
        }
      }
    }
    return "";
  }

  @Test
  void every_row_says_yes_and_names_what_shows_it() throws IOException {
    assertThat(rows()).hasSizeGreaterThan(20);
    for (String[] row : rows()) {
      String what = row[1].strip();
      String ours = row[row.length - 1].strip();
      assertThat(row).as(what).hasSize(7);
      if (!WITHOUT_TEST.contains(what)) {
        assertThat(ours)
            .as(what)
            .startsWith("**yes**")
            .containsPattern("`\\w+Test|\\.py`|every test");
      }
    }
  }

  @Test
  void every_test_that_is_named_is_there() throws IOException {
    int methods = 0;
    for (String[] row : rows()) {
      String test = "";
      Matcher quoted = QUOTED.matcher(row[row.length - 1]);
      while (quoted.find()) {
        String name = quoted.group(1);
        if (name.endsWith(".py")) {
          assertThat(Path.of("..", ".ci", "conformance", name)).exists();
          continue;
        }
        String[] parts = name.split("\\.");
        if (parts[0].endsWith("Test")) {
          test = source(parts[0]);
          assertThat(test).as(name).isNotEmpty();
        }
        String method = parts[parts.length - 1];
        if (method.contains("_")) {
          assertThat(test).as(name).contains("void " + method + "(");
          methods++;
        }
      }
    }
    assertThat(methods).isGreaterThan(15);
  }
}
