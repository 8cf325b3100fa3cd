package dev.adder.kernel.cell;

import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Renderers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import org.jspecify.annotations.Nullable;

/** Evaluates cells of Java in this JVM. It knows no Jupyter. */
public final class CellEvaluator implements AutoCloseable {

  /** For recursion; the usual megabyte ends it too early. */
  private static final long STACK_BYTES = 8L << 20;

  /** Where each statement stands, by the id of its snippet. */
  private final Map<String, Place> places = new HashMap<>();

  private final CellShell shell = new CellShell(places::remove);
  private final Magics magics = new Magics(this, shell);
  private final CellAnalysis analysis = new CellAnalysis(shell, magics);

  private volatile boolean evaluating;

  /** All cells run on one thread of their own, so that an interrupt reaches nothing else. */
  private final ExecutorService cells =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(null, task, "adder-cells", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Evaluates a cell, statement by statement, up to its end or the first failure.
   *
   * @param cell its number, for messages
   */
  public CellResult evaluate(String code, int cell) {
    return await(() -> shown(evaluateParts(code, "cell " + cell)));
  }

  /** Runs something else where cells run, such as what a front end sent; it can be interrupted. */
  public CellResult run(Runnable work) {
    return await(
        () -> {
          shell.control().interruptibly(Executors.callable(work));
          return CellResult.NOTHING;
        });
  }

  private CellResult await(Callable<CellResult> work) {
    Future<CellResult> result = cells.submit(() -> guarded(work));
    while (true) {
      try {
        return result.get();
      } catch (InterruptedException notForCells) {
        // Only the cell's own thread is ever interrupted on purpose: wait on.
      } catch (ExecutionException failure) {
        return Thrown.of(failure.getCause());
      }
    }
  }

  private CellResult guarded(Callable<CellResult> work) {
    StopFlag.lower();
    CellThreads threads = new CellThreads();
    evaluating = true;
    try {
      CellResult result = work.call();
      // What waited for a thread that was stopped, or caught everything, was stopped as well.
      return StopFlag.isHeeded() && !result.failed() ? CellResult.interrupted() : result;
    } catch (InterruptedException stopped) {
      return CellResult.interrupted();
    } catch (Exception | Error failure) {
      return Thrown.of(failure);
    } finally {
      if (StopFlag.isRaised()) {
        threads.awaitRest();
      }
      evaluating = false;
      shell.control().release();
    }
  }

  /** Renders the value here, so that a {@code toString} without end can be interrupted as well. */
  private CellResult shown(CellResult result) {
    Object value = result.value();
    if (result.failed() || result.shown() == null || value == null) {
      return result;
    }
    try {
      return CellResult.of(value, shell.control().interruptibly(() -> Renderers.render(value)));
    } catch (StopFlag.Stopped | InterruptedException stopped) {
      return CellResult.interrupted();
    } catch (Exception | Error failure) {
      return CellResult.failed(
          failure.getClass().getName(),
          "The result of type %s cannot be shown: %s"
              .formatted(value.getClass().getName(), failure.getMessage()));
    }
  }

  /**
   * Evaluates Java and magics.
   *
   * @param where the cell or file, for messages
   */
  CellResult evaluateParts(String code, String where) {
    if (code.stripLeading().startsWith("%%time")) {
      // The line stays, empty, so that the others keep their numbers.
      String rest = code.replaceFirst("%%time[^\\n]*", "");
      return magics.timed(() -> evaluateParts(rest, where));
    }
    CellResult result = CellResult.NOTHING;
    for (CellParts.Part part : CellParts.of(code, magics::knows)) {
      StopFlag.check();
      result =
          part.magic()
              ? magics.run(part.text(), where, part.line())
              : evaluateJava(part.text(), where, part.line());
      if (result.failed()) {
        return result;
      }
    }
    return result;
  }

  /**
   * Evaluates Java.
   *
   * @param firstLine of the code in its cell or file
   */
  CellResult evaluateJava(String code, String where, int firstLine) {
    CellResult result = CellResult.NOTHING;
    String rest = code;
    while (!rest.isBlank()) {
      StopFlag.check();
      CompletionInfo next = shell.analysis().analyzeCompletion(rest);
      if (next.completeness() == Completeness.EMPTY) {
        break;
      }
      if (rest.stripLeading().startsWith("%")) {
        return magics.unknown(rest.strip().lines().findFirst().orElse(""));
      }
      boolean complete = next.completeness().isComplete();
      String source = (complete ? next.source() : rest).strip();
      int begin = Math.max(0, code.indexOf(source, code.length() - rest.length()));
      int line = firstLine + (int) code.substring(0, begin).chars().filter(c -> c == '\n').count();
      result = evaluateStatement(new Place(where, line, source));
      if (result.failed() || !complete) {
        break;
      }
      rest = next.remaining();
    }
    return result;
  }

  private CellResult evaluateStatement(Place place) {
    CellResult result = CellResult.NOTHING;
    shell.control().release();
    for (SnippetEvent event : shell.evaluate(place.source())) {
      if (event.causeSnippet() != null) {
        continue;
      }
      places.put(event.snippet().id(), place);
      if (event.exception() != null) {
        return new Thrown(shell.jshell(), places).of(event.exception(), shell.control().thrown());
      }
      if (event.status() == Snippet.Status.REJECTED) {
        return new CompileErrors(shell).of(event.snippet(), place);
      }
      Object value = shell.control().result();
      boolean shows = shows(event.snippet(), place.source()) && value != System.out;
      result = shows ? CellResult.of(value, MimeBundle.text("null")) : CellResult.NOTHING;
    }
    return result;
  }

  /** A last expression shows itself, unless it ends in a semicolon; declarations never do. */
  private static boolean shows(Snippet snippet, String source) {
    boolean expression =
        snippet.kind() == Snippet.Kind.EXPRESSION
            || snippet.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
    return expression
        && snippet.subKind() != Snippet.SubKind.ASSIGNMENT_SUBKIND
        && !source.endsWith(";");
  }

  /** Ends the running cell, within a loop turn or a method call of its own code. */
  public void interrupt() {
    if (evaluating) {
      // Woken first: a thread that it waits for ends by the flag, and would let it go on.
      shell.control().wake();
      // A cell that is still being compiled ends as soon as its code begins.
      StopFlag.raise();
    }
  }

  /**
   * Where a cell hangs that does not end although it was interrupted; null if none does. It waits
   * in code that is not its own, which cannot be stopped from outside.
   */
  public @Nullable String holdout() {
    StackTraceElement[] frames = shell.control().whereabouts();
    return !evaluating || frames.length == 0
        ? null
        : frames[0].getClassName() + "." + frames[0].getMethodName();
  }

  /** What could stand at the cursor. */
  public Completions complete(String code, int cursor) {
    return analysis.complete(code, cursor);
  }

  /** Signature and documentation of what stands at the cursor; empty if nothing is known. */
  public String inspect(String code, int cursor) {
    return analysis.inspect(code, cursor);
  }

  /** complete, incomplete or invalid. */
  public String completeness(String code) {
    return analysis.completeness(code);
  }

  /** Adds jars or folders of classes for compiler and cells. */
  public void addToClassPath(List<Path> paths) {
    paths.forEach(shell::addToClassPath);
  }

  /** Forgets where statements stood; their snippets are gone. */
  void forgetPlaces() {
    places.clear();
  }

  @Override
  public void close() {
    cells.shutdownNow();
    shell.close();
  }
}
