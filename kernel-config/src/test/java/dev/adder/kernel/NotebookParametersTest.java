package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotebookParametersTest {

  private static String assignment(String declaration, String value) {
    String code = new NotebookParameters(declaration).assignments(Map.of("x", value));
    assertThat(code).startsWith("// Parameters given for this run\nx = ").endsWith(";");
    return code.substring(code.indexOf("x = ") + 4, code.length() - 1);
  }

  @ParameterizedTest
  @CsvSource({
    "int x = 1;, 7, 7",
    "var x = 1;, -7, -7",
    "var x = -1;, 7, 7",
    "long x = 1;, 5000000000, 5000000000L",
    "var x = 1L;, 2, 2L",
    "double x = 1;, 1e-3, 0.001",
    "var x = 0.5f;, 2, 2.0f",
    "boolean x = false;, true, true",
    "String x = \"a\";, QUICK, \"QUICK\"",
    "var x = \"a\";, it's \"so\" \\ , \"it's \\\"so\\\" \\\\\"",
    "var x = Scale.FULL;, QUICK, Scale.QUICK",
    "Scale x = Scale.FULL;, QUICK, Scale.QUICK",
    "Scale x = Scale.FULL;, Scale.QUICK, Scale.QUICK",
    "var x = List.of(1);, 'List.of(2, 3)', 'List.of(2, 3)'",
  })
  void a_word_is_understood_by_the_declaration(String declaration, String value, String literal) {
    assertThat(assignment(declaration, value)).isEqualTo(literal);
  }

  @Test
  void the_cell_may_hold_imports_comments_and_other_statements() {
    String cell =
        """
        import java.util.List;
        // How long
        int x = 3;
        System.out.println(x);
        List<String> names = List.of("a");
        """;
    assertThat(assignment(cell, "4")).isEqualTo("4");
  }

  @Test
  void a_value_of_another_type_is_refused() {
    assertThatThrownBy(() -> assignment("int x = 1;", "many"))
        .hasMessage("The parameter \"x\" is of type int, which \"many\" is not.");
    assertThatThrownBy(() -> assignment("var x = true;", "yes")).hasMessageContaining("boolean");
    assertThatThrownBy(() -> assignment("double x = 1;", "NaN")).hasMessageContaining("double");
  }

  @Test
  void an_unknown_parameter_is_refused_with_the_known_ones() {
    NotebookParameters parameters =
        new NotebookParameters("int epochs = 1; var scale = Scale.FULL;");
    assertThatThrownBy(() -> parameters.assignments(Map.of("epoch", "2")))
        .hasMessage("The notebook has no parameter \"epoch\". It has: epochs, scale.");
  }
}
