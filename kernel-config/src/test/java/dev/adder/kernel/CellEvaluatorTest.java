package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellEvaluatorTest {

  private static CellEvaluator evaluator;

  @BeforeAll
  static void start() {
    evaluator = new CellEvaluator();
  }

  @AfterAll
  static void stop() {
    evaluator.close();
  }

  private static Object value(String code) {
    CellResult result = evaluator.evaluate(code, 1);
    assertThat(result.error()).isNull();
    return result.value();
  }

  private static CellResult.Failure failure(String code) {
    return Objects.requireNonNull(evaluator.evaluate(code, 7).error());
  }

  @Test
  void the_last_expression_is_the_value_unless_it_ends_in_a_semicolon() {
    assertThat(value("int a = 3;\na * 2")).isEqualTo(6);
    assertThat(value("a + 1;")).isNull();
    assertThat(value("var b = 5")).isNull();
    assertThat(value("a = 9")).isNull();
    assertThat(value("a")).isEqualTo(9);
    assertThat(value("")).isNull();
    assertThat(value("// only a comment")).isNull();
  }

  @Test
  void a_line_may_start_with_a_dot() {
    assertThat(
            value(
                "List.of(3, 1, 2).stream()\n    .sorted()\n    .map(String::valueOf)\n    .toList()"))
        .isEqualTo(List.of("1", "2", "3"));
  }

  @Test
  void records_sealed_types_and_classes_that_know_each_other_work() {
    assertThat(
            value(
                """
                sealed interface Shape permits Dot, Line {}
                record Dot() implements Shape {}
                record Line(int length) implements Shape {}
                int size(Shape s) { return s instanceof Line l ? l.length() : 0; }
                size(new Line(4)) + size(new Dot())
                """))
        .isEqualTo(4);
    assertThat(value("class P { Q q; }\nclass Q { P p = new P(); }\nnew Q().p.q == null"))
        .isEqualTo(true);
  }

  @Test
  void methods_and_classes_can_be_defined_anew() {
    assertThat(value("static int f() { return 1; }\nf()")).isEqualTo(1);
    assertThat(value("static String f() { return \"two\"; }\nf()")).isEqualTo("two");
    assertThat(value("class R { int v = 1; }\nnew R().v")).isEqualTo(1);
    assertThat(value("class R { int v = 2; }\nnew R().v")).isEqualTo(2);
  }

  @Test
  void a_text_block_that_looks_like_a_magic_stays_text() {
    assertThat(value("\"\"\"\n  %hello\n  \"\"\"")).isEqualTo("%hello\n");
  }

  @Test
  void the_vector_module_can_be_used() {
    assertThat(value("jdk.incubator.vector.FloatVector.SPECIES_128.length()")).isEqualTo(4);
  }

  @Test
  void a_compile_error_points_at_its_line() {
    CellResult.Failure failure = failure("int x = 1;\nint y = x + nothing;");
    assertThat(failure.name()).isEqualTo("CompilationError");
    assertThat(String.join("\n", failure.trace()))
        .contains("Cell 7, line 2")
        .contains("nothing")
        .contains("            ^^^^^^^");
  }

  @Test
  void an_exception_shows_the_cell_and_line_of_the_user() {
    CellResult.Failure failure =
        failure("int zero = 0;\nint divide(int n) {\n  return n / zero;\n}\ndivide(1)");
    assertThat(failure.name()).isEqualTo("java.lang.ArithmeticException");
    assertThat(failure.message()).isEqualTo("/ by zero");
    assertThat(String.join("\n", failure.trace())).contains("divide (cell 7, line 3)");
    assertThat(String.join("\n", failure.trace())).doesNotContain("REPL");
  }

  @Test
  void a_method_that_uses_what_is_not_there_says_so() {
    assertThat(failure("int later() { return missing(); }\nlater()").message())
        .contains("later")
        .contains("missing()");
  }

  @ParameterizedTest
  @CsvSource({
    "while (true) {}",
    "long n = 0; while (true) { n++; }",
    "Thread.sleep(60000);",
    "void deep(int n) { while (true) { if (n > 0) { deep(n - 1); } } } deep(50);",
    "for (;;) { try { while (true) {} } catch (Exception e) {} }"
  })
  void an_interrupt_really_stops_a_busy_cell(String code) throws Exception {
    Thread interrupter =
        new Thread(
            () -> {
              try {
                Thread.sleep(700);
              } catch (InterruptedException never) {
                throw new IllegalStateException(never);
              }
              evaluator.interrupt();
            });
    interrupter.start();
    long start = System.nanoTime();
    assertThat(failure(code).name()).isEqualTo("Interrupted");
    assertThat((System.nanoTime() - start) * 1e-9).isLessThan(5);
    interrupter.join();
    assertThat(value("40 + 2")).isEqualTo(42);
  }

  @Test
  void leaving_the_jvm_is_answered_with_a_sentence() {
    assertThat(failure("System.exit(0)").message()).contains("Restart the kernel");
    assertThat(failure("Runtime.getRuntime().halt(1)").message()).contains("Restart the kernel");
    assertThat(failure("void bye() { System.exit(3); }\nbye()").message()).contains("exit(3)");
  }

  @Test
  void results_of_repeated_cells_do_not_pile_up() {
    value("byte[] big(int n) { return new byte[n]; }");
    long most = Runtime.getRuntime().maxMemory();
    int size = (int) Math.min(most / 14, 300_000_000);
    for (int i = 0; i < 20; i++) {
      assertThat(value("big(" + size + ")")).isInstanceOf(byte[].class);
    }
    for (int i = 0; i < 20; i++) {
      value(i % 2 == 0 ? "Object kept = big(" + size + ")" : "byte[] kept = big(" + size + ")");
    }
    value("kept = null;");
  }

  @Test
  void a_failed_allocation_is_survived_and_explained() {
    assertThat(failure("new long[Integer.MAX_VALUE - 8]").message())
        .contains("MB of heap")
        .contains("-Xmx");
    assertThat(value("1 + 1")).isEqualTo(2);
  }

  @Test
  void completion_inspection_and_completeness_know_java() {
    value("var words = new ArrayList<String>();");
    String code = "words.add";
    assertThat(evaluator.complete(code, code.length()).words()).contains("add(", "addAll(");
    assertThat(evaluator.complete(code, code.length()).from()).isEqualTo(6);
    assertThat(evaluator.inspect("words.add(", 10)).contains("add(E e)");
    assertThat(evaluator.completeness("int x = 1;")).isEqualTo("complete");
    assertThat(evaluator.completeness("for (int i = 0; i < 3; i++) {")).isEqualTo("incomplete");
    assertThat(evaluator.completeness("int 3x = ;")).isEqualTo("invalid");
  }

  @Test
  void a_magic_is_answered_with_a_hint() {
    assertThat(failure("%maven org.example:thing:1.0").message()).contains("no magics");
  }
}
