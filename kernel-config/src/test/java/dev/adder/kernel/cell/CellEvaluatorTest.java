package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.notebook.MimeBundle;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Each cell sets the property "begun" once it runs. */
  private static CellResult.Failure interrupted(String code) throws Exception {
    System.clearProperty("begun");
    Thread interrupter =
        new Thread(
            () -> {
              while (System.getProperty("begun") == null) {
                Thread.onSpinWait();
              }
              evaluator.interrupt();
            });
    interrupter.start();
    CellResult.Failure failure = failure(code);
    interrupter.join();
    return failure;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGUN while (true) {}",
        "long n = 0; BEGUN while (true) { n++; }",
        "BEGUN Thread.sleep(60000);",
        "void deep(int n) { while (true) { if (n > 0) { deep(n - 1); } } } BEGUN deep(50);",
        "BEGUN for (;;) { try { while (true) {} } catch (Throwable held) {} }",
        "BEGUN IntStream.range(0, 4).parallel().forEach(i -> { while (true) {} });",
        "BEGUN new java.util.concurrent.CompletableFuture<String>().get();",
        "BEGUN synchronized (\"\") { \"\".wait(); }",
        "BEGUN do { continue; } while (true);",
        "Runnable r = () -> { for (;;) {} }; BEGUN r.run();"
      })
  void an_interrupt_really_stops_a_busy_cell(String code) throws Exception {
    CellResult.Failure failure =
        interrupted(code.replace("BEGUN", "System.setProperty(\"begun\", \"yes\");"));
    assertThat(failure.name()).isEqualTo("Interrupted");
    assertThat(value("40 + 2")).isEqualTo(42);
  }

  @Test
  void a_result_that_shows_itself_without_end_is_stopped_as_well() throws Exception {
    value(
        "class Endless { public String toString() { System.setProperty(\"begun\", \"\"); while (true) {} } }");
    assertThat(interrupted("new Endless()").name()).isEqualTo("Interrupted");
  }

  @Test
  void nothing_of_a_stopped_cell_goes_on_computing() throws Exception {
    interrupted(
        """
        var spinner = new Thread(() -> { while (true) {} });
        spinner.setDaemon(true);
        spinner.start();
        System.setProperty("begun", "yes");
        while (true) {}
        """);
    Thread spinner = (Thread) value("spinner");
    spinner.join(5000);
    assertThat(spinner.isAlive()).isFalse();
  }

  @Test
  void an_interrupt_between_cells_stops_nothing() {
    evaluator.interrupt();
    assertThat(value("1 + 2")).isEqualTo(3);
  }

  @Test
  void leaving_the_jvm_is_answered_with_a_sentence() {
    assertThat(failure("System.exit(0)").message()).contains("Restart the kernel");
    assertThat(failure("Runtime.getRuntime().halt(1)").message()).contains("Restart the kernel");
    assertThat(failure("void bye() { System.exit(3); }\nbye()").message()).contains("exit(3)");
    assertThat(failure("IntStream.of(4).forEach(System::exit)").message()).contains("exit(4)");
    assertThat(failure("IntStream.of(5).forEach(Runtime.getRuntime()::halt)").message())
        .contains("exit(5)");
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
    assertThat(evaluator.complete(code, code.length()).items())
        .contains(
            new Completions.Item("add(", "method"), new Completions.Item("addAll(", "method"));
    assertThat(evaluator.complete(code, code.length()).from()).isEqualTo(6);
    assertThat(evaluator.inspect("words.add(", 10)).contains("add(E e)");
    assertThat(evaluator.completeness("int x = 1;")).isEqualTo("complete");
    assertThat(evaluator.completeness("for (int i = 0; i < 3; i++) {")).isEqualTo("incomplete");
    for (String wrong : List.of("int 3x = ;", "int = = 3;", "}")) {
      assertThat(evaluator.completeness(wrong)).isEqualTo("invalid");
    }
    for (String open : List.of("foo(", "class A {", "\"\"\"\nab", "x +")) {
      assertThat(evaluator.completeness(open)).isEqualTo("incomplete");
    }
  }

  @Test
  void completion_and_inspection_see_what_the_cell_itself_declares() {
    String code = "int n = 1;\nList<String> fresh = new ArrayList<>();\nfresh.addA";
    assertThat(evaluator.complete(code, code.length()).items())
        .containsExactly(new Completions.Item("addAll(", "method"));
    String call = "int n = 1;\nMath.max(n, 2);";
    assertThat(evaluator.inspect(call, call.indexOf("max") + 1)).contains("int Math.max(int a");
    String after = "record Pair(int a) {}\nimport java.util.zip.*;\nMath.sq";
    assertThat(evaluator.complete(after, after.length()).items())
        .containsExactly(new Completions.Item("sqrt(", "method"));
  }

  @Test
  void inspection_shows_the_toolkits_own_comments() {
    assertThat(evaluator.inspect("Ssm.load(", 9))
        .contains("PretrainedModel Ssm.load(String model)")
        .contains("@throws");
    assertThat(evaluator.inspect("TrainingSettings", 5)).contains("@param");
    assertThat(evaluator.inspect("display(", 8)).contains("richest form", "id of your own");
  }

  @Test
  void a_recursion_without_end_is_survived_and_explained() {
    CellResult.Failure failure = failure("int down(int n) { return down(n + 1); }\ndown(0)");
    assertThat(failure.name()).isEqualTo("java.lang.StackOverflowError");
    assertThat(failure.message()).contains("calls itself too deep");
    assertThat(failure.trace()).hasSizeLessThan(20);
    assertThat(failure.trace().get(failure.trace().size() - 1)).contains("more calls");
    assertThat(value("1 + 1")).isEqualTo(2);
  }

  @Test
  void a_missing_import_is_told() {
    assertThat(failure("CountDownLatch latch = null;").trace())
        .contains("  Add: import java.util.concurrent.CountDownLatch;");
    assertThat(failure("new OneHotEncoding(3)").message()).doesNotContain("Add:");
  }

  @Test
  void packages_are_completed() {
    for (String begin : List.of("import java.util.conc", "int n = 1;\njava.util.conc")) {
      assertThat(evaluator.complete(begin, begin.length()).items())
          .contains(new Completions.Item("concurrent.", "package"));
      assertThat(evaluator.complete(begin, begin.length()).from()).isEqualTo(begin.length() - 4);
    }
    assertThat(evaluator.complete("tech.tablesaw.", 14).items())
        .contains(new Completions.Item("api.", "package"));
    assertThat(evaluator.complete("java.util.", 10).items())
        .contains(
            new Completions.Item("stream.", "package"), new Completions.Item("List", "class"));
  }

  @Test
  void a_misspelt_name_is_told() {
    value("int counter = 3;");
    assertThat(failure("countr + 1").message()).contains("Did you mean \"counter\"?");
    assertThat(failure("int i = 3.7;").message()).contains("(int)");
    assertThat(failure("void f() { Thread.sleep(1); }").message()).contains("throws");
    assertThat(failure("import org.nowhere.Thing;").message()).contains("%maven");
  }

  @Test
  void a_bracket_left_open_is_told() {
    assertThat(failure("for (int i = 0; i < 3; i++) {\n  int y = (i;").message())
        .doesNotContain("REPL");
    assertThat(failure("int f() {").message()).contains("1 bracket is left open");
  }

  @Test
  void an_exception_shows_its_line_and_only_frames_of_the_user() {
    CellResult.Failure failure = failure("List<Integer> none = List.of();\nnone.get(0)");
    assertThat(failure.trace())
        .hasSize(3)
        .last()
        .asString()
        .isEqualTo("    at cell 7, line 2  none.get(0)");
    CellResult.Failure own =
        failure(
            "class Broken extends RuntimeException { Broken(Throwable t) { super(\"it broke\", t); } }\n"
                + "throw new Broken(new IOException(\"disk\"));");
    assertThat(own.name()).isEqualTo("Broken");
    assertThat(String.join("\n", own.trace())).contains("Caused by java.io.IOException: disk");
  }

  @Test
  void a_lambda_or_an_inner_class_fails_with_the_users_line() {
    CellResult.Failure failure =
        failure("Function<Integer, Integer> inverse =\n    n -> 1 / n;\ninverse.apply(0)");
    assertThat(String.join("\n", failure.trace()))
        .contains("cell 7, line 2  n -> 1 / n;", "cell 7, line 3  inverse.apply(0)");
  }

  @Test
  void what_is_shown_of_a_value_is_readable() {
    assertThat(shown("new int[] {1, 2, 3}")).isEqualTo("[1, 2, 3]");
    assertThat(shown("new double[][] {{1}, {2, 3}}")).isEqualTo("[[1.0], [2.0, 3.0]]");
    assertThat(shown("String none = null;\nnone")).isEqualTo("null");
    assertThat(shown("\"x\".repeat(200_000)")).hasSizeLessThan(101_000).contains("more characters");
    assertThat(evaluator.evaluate("System.out.printf(\"\")", 1).shown()).isNull();
  }

  private static String shown(String code) {
    CellResult result = evaluator.evaluate(code, 1);
    assertThat(result.error()).isNull();
    return Objects.requireNonNull(result.shown()).data().get(MimeBundle.TEXT).toString();
  }

  @Test
  void a_redefined_class_replaces_the_old_one_and_frees_its_values() throws Exception {
    value("class Holder { byte[] bytes = new byte[1_000_000]; }\nvar holder = new Holder();");
    var old = new WeakReference<>(value("holder"));
    value("class Holder { int other; }");
    assertThat(failure("holder").message()).contains("defined anew");
    value("1");
    value("2");
    value("3");
    value("4");
    for (int i = 0; i < 20 && old.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(old.get()).isNull();
  }

  @Test
  void a_variable_declared_anew_has_its_new_value() {
    value("String twice = \"a\";\ntwice");
    assertThat(value("List<Integer> twice = List.of(1);\ntwice")).isEqualTo(List.of(1));
    assertThat(value("twice.size()")).isEqualTo(1);
  }

  @Test
  void names_that_differ_by_case_only_are_two() {
    assertThat(value("class Ab { int v() { return 1; } }\nclass AB { int v() { return 2; } }"))
        .isNull();
    assertThat(value("new Ab().v() * 10 + new AB().v()")).isEqualTo(12);
  }
}
