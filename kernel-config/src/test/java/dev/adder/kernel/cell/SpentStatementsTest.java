package dev.adder.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is let go of, and what must not be, once many more statements have run. */
class SpentStatementsTest {

  private final CellEvaluator evaluator = new CellEvaluator();

  @BeforeEach
  void declare() {
    value("int base = 5;\nString text = \"t\";");
    value("class Box { int content = 2; int doubled() { return 2 * content; } }");
    value("int twice(int n) { return 2 * n; }");
    value("List<java.util.function.Supplier<Object>> made = new ArrayList<>();");
  }

  @AfterEach
  void close() {
    evaluator.close();
  }

  private Object value(String code) {
    CellResult result = evaluator.evaluate(code, 1);
    assertThat(result.error()).as(code).isNull();
    return result.value();
  }

  private void runManyMore() {
    for (int i = 0; i < 250; i++) {
      value("base + " + i);
    }
    System.gc();
  }

  @Test
  void the_class_around_a_statement_is_unloaded() {
    WeakReference<Class<?>> spent =
        new WeakReference<>(value("(Runnable) () -> { twice(base); }").getClass().getNestHost());
    assertThat(spent.get().getName()).startsWith("REPL.$JShell$");
    runManyMore();
    assertThat(spent.get()).isNull();
  }

  @Test
  void the_class_around_a_replaced_variable_is_unloaded() {
    value("Runnable task = () -> {};");
    WeakReference<Class<?>> replaced = new WeakReference<>(value("task").getClass().getNestHost());
    value("Runnable task = null;");
    runManyMore();
    assertThat(replaced.get()).isNull();
  }

  @Test
  void what_a_statement_has_left_behind_goes_on() {
    value("made.add(() -> twice(base) + new Box().content + text);");
    value("made.add(() -> new Box() { int doubled() { return 7; } }.doubled());");
    value("for (int i = 0; i < 2; i++) { int n = i; made.add(() -> n + base); }");
    value("var box = new Box();\nbox.content = 30;");
    runManyMore();
    assertThat(value("made.get(0).get()")).isEqualTo("12t");
    assertThat(value("made.get(1).get()")).isEqualTo(7);
    assertThat(value("made.get(3).get()")).isEqualTo(6);
    assertThat(value("box.doubled()")).isEqualTo(60);
  }

  @Test
  void what_was_compiled_against_a_declaration_keeps_it_when_it_is_replaced() {
    value("made.add(() -> twice(4));\nmade.add(() -> new Box().doubled());");
    value("int twice(int n) { return -n; }");
    value("class Box { String content = \"new\"; }");
    runManyMore();
    assertThat(value("made.get(0).get()")).isEqualTo(8);
    assertThat(value("made.get(1).get()")).isEqualTo(4);
    assertThat(value("twice(4)")).isEqualTo(-4);
    assertThat(value("new Box().content")).isEqualTo("new");
  }

  @Test
  void declarations_of_every_kind_are_there_after_many_more() {
    value("enum Tone { LOW, HIGH }\ninterface Named { default String name() { return \"n\"; } }");
    value("sealed interface Shape permits Dot, Line {}");
    value("record Dot() implements Shape, Named {}\nrecord Line(int length) implements Shape {}");
    value("import java.util.concurrent.atomic.*;");
    runManyMore();
    assertThat(value("new AtomicInteger(base).get() + twice(base)")).isEqualTo(15);
    assertThat(value("Tone.valueOf(\"LOW\").ordinal() + new Dot().name()")).isEqualTo("0n");
    assertThat(value("Shape shape = new Line(3);\n((Line) shape).length()")).isEqualTo(3);
    assertThat(
            value(
                "String told(Tone t) { switch (t) { case LOW: return \"low\"; default: return \"high\"; } }\ntold(Tone.HIGH)"))
        .isEqualTo("high");
    String code = "text.len";
    assertThat(evaluator.complete(code, code.length()).items())
        .containsExactly(new Completions.Item("length()", "method"));
  }
}
