package dev.adder.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.jspecify.annotations.Nullable;

/** Evaluates cells of Java in this JVM. It knows no Jupyter. */
final class CellEvaluator implements AutoCloseable {

  private static final String STARTUP = "/dev/adder/kernel/startup.jsh";

  private final CellControl control = new CellControl();
  private final JShell shell;
  private volatile boolean evaluating;

  /** All cells run on one thread of their own, so that an interrupt reaches nothing else. */
  private final ExecutorService cells =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "adder-cells");
            thread.setDaemon(true);
            return thread;
          });

  private final SourceCodeAnalysis analysis;

  /** Where each snippet stands: cell and first line. */
  private final Map<String, Place> places = new HashMap<>();

  private record Place(int cell, int line) {}

  CellEvaluator() {
    shell =
        JShell.builder()
            .executionEngine(
                new ExecutionControlProvider() {
                  @Override
                  public String name() {
                    return "adder";
                  }

                  @Override
                  public ExecutionControl generate(
                      ExecutionEnv environment, Map<String, String> parameters) {
                    return control;
                  }
                },
                Map.of())
            .compilerOptions("--add-modules", "jdk.incubator.vector")
            .build();
    analysis = shell.sourceCodeAnalysis();
    startUp();
  }

  private void startUp() {
    try (InputStream in = Objects.requireNonNull(CellEvaluator.class.getResourceAsStream(STARTUP));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line : lines.lines().toList()) {
        for (SnippetEvent event : shell.eval(line)) {
          if (event.status() == Snippet.Status.REJECTED) {
            throw new IllegalStateException("The start-up import \"" + line + "\" is refused.");
          }
        }
      }
    } catch (IOException failure) {
      throw new IllegalStateException("The start-up imports cannot be read.", failure);
    }
  }

  /**
   * Evaluates a cell, statement by statement, up to its end or the first failure.
   *
   * @param cell its number, for messages
   */
  CellResult evaluate(String code, int cell) {
    Future<CellResult> result =
        cells.submit(
            () -> {
              // An interrupt may have come after the last cell had ended.
              Thread.interrupted();
              StopFlag.lower();
              evaluating = true;
              try {
                return evaluateAll(code, cell);
              } finally {
                evaluating = false;
              }
            });
    while (true) {
      try {
        return result.get();
      } catch (InterruptedException notForCells) {
        // Only the cell's own thread is ever interrupted on purpose: wait on.
      } catch (ExecutionException failure) {
        Throwable cause = failure.getCause();
        return CellResult.failed(
            cause.getClass().getName(), String.valueOf(cause.getMessage()), List.of());
      }
    }
  }

  private CellResult evaluateAll(String code, int cell) {
    Object value = null;
    String rest = code;
    while (!rest.isBlank()) {
      if (rest.stripLeading().startsWith("%")) {
        return CellResult.failed(
            "UnknownMagic",
            "\"%s\" is no Java, and this kernel has no magics. Use plain Java."
                .formatted(rest.strip().lines().findFirst().orElse("")),
            List.of());
      }
      CompletionInfo next = analysis.analyzeCompletion(rest);
      if (next.completeness() == Completeness.EMPTY) {
        break;
      }
      String source = (next.completeness().isComplete() ? next.source() : rest).strip();
      int begin = code.indexOf(source, code.length() - rest.length());
      int line =
          1 + (int) code.substring(0, Math.max(0, begin)).chars().filter(c -> c == '\n').count();
      for (SnippetEvent event : shell.eval(source)) {
        if (event.causeSnippet() != null) {
          continue;
        }
        places.put(event.snippet().id(), new Place(cell, line));
        CellResult failure = failure(event, source, cell, line);
        if (failure != null) {
          return failure;
        }
        value = shown(event.snippet(), source) ? control.result() : null;
      }
      if (!next.completeness().isComplete()) {
        break;
      }
      rest = next.remaining();
    }
    return CellResult.of(value);
  }

  /** A last expression shows itself, unless it ends in a semicolon; declarations never do. */
  private static boolean shown(Snippet snippet, String source) {
    boolean expression =
        snippet.kind() == Snippet.Kind.EXPRESSION
            || snippet.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
    return expression
        && snippet.subKind() != Snippet.SubKind.ASSIGNMENT_SUBKIND
        && !source.strip().endsWith(";");
  }

  private @Nullable CellResult failure(SnippetEvent event, String source, int cell, int line) {
    if (event.exception() != null) {
      return thrown(event.exception());
    }
    if (event.status() == Snippet.Status.REJECTED) {
      return notCompiled(event.snippet(), source, cell, line);
    }
    return null;
  }

  private CellResult notCompiled(Snippet snippet, String source, int cell, int line) {
    List<String> trace = new ArrayList<>();
    String first = "";
    for (Diag diag : shell.diagnostics(snippet).toList()) {
      if (!diag.isError()) {
        continue;
      }
      String message = diag.getMessage(Locale.ROOT);
      first = first.isEmpty() ? message.lines().findFirst().orElse("") : first;
      int at = (int) Math.max(0, Math.min(diag.getPosition(), source.length()));
      int lineStart = source.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
      int lineEnd = source.indexOf('\n', at) < 0 ? source.length() : source.indexOf('\n', at);
      int number = line + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
      int width = (int) Math.max(1, Math.min(diag.getEndPosition(), lineEnd) - at);
      trace.add("Cell %d, line %d: %s".formatted(cell, number, message));
      trace.add("  " + source.substring(Math.min(lineStart, lineEnd), lineEnd));
      trace.add("  " + " ".repeat(Math.max(0, at - lineStart)) + "^".repeat(width));
    }
    if (trace.isEmpty()) {
      first = "The code is incomplete or not understood.";
      trace.add("Cell %d, line %d: %s".formatted(cell, line, first));
    }
    return CellResult.failed("CompilationError", first, trace);
  }

  private CellResult thrown(Exception exception) {
    Throwable thrown = control.thrown();
    if (thrown instanceof StopFlag.Stopped || thrown instanceof InterruptedException) {
      return CellResult.failed("Interrupted", "The cell was interrupted.", List.of());
    }
    if (exception instanceof UnresolvedReferenceException unresolved) {
      String names =
          shell.unresolvedDependencies(unresolved.getSnippet()).collect(Collectors.joining(", "));
      String message =
          "%s uses %s, not defined yet.".formatted(unresolved.getSnippet().name(), names);
      return CellResult.failed("UnresolvedReference", message, List.of(message));
    }
    String name = thrown == null ? "Exception" : thrown.getClass().getName();
    String message = String.valueOf(thrown == null ? exception.getMessage() : thrown.getMessage());
    if (thrown instanceof OutOfMemoryError) {
      message =
          "%s. The kernel has %d MB of heap; raise -Xmx in its kernel.json."
              .formatted(message, Runtime.getRuntime().maxMemory() >> 20);
    }
    List<String> trace = new ArrayList<>();
    trace.add(name + ": " + message);
    for (StackTraceElement frame : exception.getStackTrace()) {
      trace.add("    at " + frame(frame));
    }
    if (thrown != null) {
      for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
        trace.add("Caused by " + cause.getClass().getName() + ": " + cause.getMessage());
      }
    }
    return CellResult.failed(name, message, trace);
  }

  private String frame(StackTraceElement frame) {
    String file = String.valueOf(frame.getFileName());
    if (file.startsWith("#")) {
      Place place = places.get(file.substring(1));
      String method = frame.getMethodName().startsWith("do_it$") ? "" : frame.getMethodName() + " ";
      return place == null
          ? method + file
          : "%s(cell %d, line %d)"
              .formatted(method, place.cell(), place.line() + frame.getLineNumber() - 1);
    }
    return frame.toString();
  }

  /** Ends the running cell, within a loop turn or a method call of its own code. */
  void interrupt() {
    if (evaluating) {
      // A cell that is still being compiled ends as soon as its code begins.
      StopFlag.raise();
      control.wake();
    }
  }

  /**
   * Completions.
   *
   * @param words what could stand there, the fitting types first
   * @param from where they begin
   */
  record Completions(List<String> words, int from) {}

  Completions complete(String code, int cursor) {
    int[] anchor = new int[1];
    List<String> words =
        analysis.completionSuggestions(code, cursor, anchor).stream()
            .sorted(
                java.util.Comparator.comparing(
                    (SourceCodeAnalysis.Suggestion s) -> !s.matchesType()))
            .map(SourceCodeAnalysis.Suggestion::continuation)
            .distinct()
            .toList();
    return new Completions(words, anchor[0]);
  }

  /** Signature and documentation of what stands at the cursor; empty if nothing is known. */
  String inspect(String code, int cursor) {
    int end = cursor;
    // On a name, look at the call that the name begins.
    while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
      end++;
    }
    for (String candidate :
        List.of(code.substring(0, cursor), code.substring(0, end), code.substring(0, end) + "(")) {
      String found =
          analysis.documentation(candidate, candidate.length(), true).stream()
              .map(d -> d.signature() + (d.javadoc() == null ? "" : "\n\n" + d.javadoc().strip()))
              .distinct()
              .collect(Collectors.joining("\n\n"));
      if (!found.isBlank()) {
        return found;
      }
    }
    return "";
  }

  /** complete, incomplete or invalid. */
  String completeness(String code) {
    String rest = code;
    while (!rest.isBlank()) {
      CompletionInfo next = analysis.analyzeCompletion(rest);
      switch (next.completeness()) {
        case EMPTY:
          return "complete";
        case DEFINITELY_INCOMPLETE:
        case CONSIDERED_INCOMPLETE:
          return "incomplete";
        case UNKNOWN:
          return "invalid";
        default:
          rest = next.remaining();
      }
    }
    return "complete";
  }

  @Override
  public void close() {
    cells.shutdownNow();
    shell.close();
  }
}
