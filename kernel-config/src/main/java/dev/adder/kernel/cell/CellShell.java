package dev.adder.kernel.cell;

import static jdk.jshell.Snippet.Status.OVERWRITTEN;
import static jdk.jshell.Snippet.Status.RECOVERABLE_NOT_DEFINED;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.VarSnippet;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** JShell with the toolkit's imports, whose results do not pile up, and which can begin anew. */
final class CellShell implements AutoCloseable {

  /** Results of bare expressions ($1, $2, …) that can still be named. */
  private static final int KEPT_RESULTS = 3;

  private final ClassPathIndex classPath =
      new ClassPathIndex(System.getProperty("java.class.path"));

  private final Set<Path> added = new LinkedHashSet<>();
  private final Deque<VarSnippet> temporaries = new ArrayDeque<>();
  private final Consumer<String> forgotten;
  private volatile CellControl control;
  private JShell shell;
  private SourceCodeAnalysis analysis;
  private SnippetRemains remains;

  /**
   * A shell that has run its start-up imports.
   *
   * @param forgotten told of the id of each snippet that nothing is kept of any more
   */
  CellShell(Consumer<String> forgotten) {
    this.forgotten = forgotten;
    CellClasses classes = new CellClasses();
    control = new CellControl(classes);
    shell = open(control);
    analysis = shell.sourceCodeAnalysis();
    remains = new SnippetRemains(shell, classes, forgotten);
    startUp();
  }

  private JShell open(CellControl opened) {
    return JShell.builder()
        .fileManager(files -> new ClassPathFiles(files, classPath))
        .executionEngine(
            new ExecutionControlProvider() {
              @Override
              public String name() {
                return "adder";
              }

              @Override
              public ExecutionControl generate(
                  ExecutionEnv environment, Map<String, String> parameters) {
                return opened;
              }
            },
            Map.of())
        .compilerOptions("--add-modules", "jdk.incubator.vector")
        .build();
  }

  private void startUp() {
    for (SnippetEvent event : shell.eval(StartUpImports.SOURCE)) {
      if (event.status() == Snippet.Status.REJECTED) {
        throw new IllegalStateException("The start-up imports are refused.");
      }
    }
  }

  /** Forgets all that was declared; what was added to the class path stays. */
  void reset() {
    shell.close();
    temporaries.clear();
    CellClasses classes = new CellClasses();
    control = new CellControl(classes);
    shell = open(control);
    analysis = shell.sourceCodeAnalysis();
    remains = new SnippetRemains(shell, classes, forgotten);
    startUp();
    added.forEach(path -> shell.addToClasspath(path.toString()));
  }

  /** Evaluates one statement. */
  List<SnippetEvent> evaluate(String source) {
    List<SnippetEvent> events = shell.eval(source);
    remains.compiled(control.settle());
    for (SnippetEvent event : events) {
      Snippet snippet = event.snippet();
      if (event.status() == OVERWRITTEN) {
        remains.replaced(snippet);
      } else if (event.causeSnippet() == null && !snippet.kind().isPersistent()) {
        remains.spent(snippet);
      }
      if (snippet instanceof VarSnippet variable) {
        boolean temporary = variable.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
        if (event.causeSnippet() != null && event.status() == RECOVERABLE_NOT_DEFINED) {
          // Its type was defined anew: nobody can name its value any more.
          control.forget(variable.name());
        } else if (event.causeSnippet() == null && temporary) {
          keep(variable);
        }
      }
    }
    return events;
  }

  private void keep(VarSnippet temporary) {
    temporaries.addLast(temporary);
    if (temporaries.size() > KEPT_RESULTS) {
      VarSnippet oldest = temporaries.removeFirst();
      control.forget(oldest.name());
      shell.drop(oldest);
      remains.spent(oldest);
    }
  }

  /** Adds a jar or a folder of classes for compiler and cells. */
  void addToClassPath(Path path) {
    if (added.add(path)) {
      shell.addToClasspath(path.toString());
    }
  }

  /** What was added to the class path, in order. */
  List<Path> addedToClassPath() {
    return List.copyOf(added);
  }

  /** Which classes can be named. */
  ClassPathIndex classPath() {
    return classPath;
  }

  JShell jshell() {
    return shell;
  }

  SourceCodeAnalysis analysis() {
    return analysis;
  }

  CellControl control() {
    return control;
  }

  @Override
  public void close() {
    shell.close();
  }
}
