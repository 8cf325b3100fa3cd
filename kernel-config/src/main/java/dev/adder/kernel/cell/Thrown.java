package dev.adder.kernel.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.UnresolvedReferenceException;
import org.jspecify.annotations.Nullable;

/** What a cell throws, told by the user's own lines. */
final class Thrown {

  /** Frames shown of one exception; a deep recursion has thousands. */
  private static final int MOST_FRAMES = 12;

  private final JShell shell;
  private final Map<String, Place> places;

  /**
   * @param places of statements by the id of their snippet
   */
  Thrown(JShell shell, Map<String, Place> places) {
    this.shell = shell;
    this.places = places;
  }

  /**
   * A failure of cell code.
   *
   * @param exception JShell's account of it, with translated frames
   * @param thrown what was really thrown; null if JShell refused to run the code
   */
  CellResult of(JShellException exception, @Nullable Throwable thrown) {
    if (thrown instanceof StopFlag.Stopped || thrown instanceof InterruptedException) {
      return CellResult.interrupted();
    }
    if (exception instanceof UnresolvedReferenceException unresolved) {
      String names =
          shell.unresolvedDependencies(unresolved.getSnippet()).collect(Collectors.joining(", "));
      return CellResult.failed(
          "UnresolvedReference",
          "%s uses %s, not defined yet.".formatted(unresolved.getSnippet().name(), names));
    }
    String name = thrown == null ? "Exception" : thrown.getClass().getName();
    String message = thrown == null ? String.valueOf(exception.getMessage()) : explained(thrown);
    List<String> trace = new ArrayList<>();
    trace.add(name + (message.isEmpty() ? "" : ": " + message));
    addFrames(exception, trace);
    Throwable cause = exception.getCause();
    while (cause instanceof JShellException known) {
      String type =
          known instanceof EvalException eval ? eval.getExceptionClassName() : known.toString();
      trace.add("Caused by " + type + ": " + known.getMessage());
      addFrames(known, trace);
      cause = known.getCause();
    }
    return CellResult.failed(plainName(name), message, trace);
  }

  /** A failure outside cell code, such as memory that ran out in the compiler. */
  static CellResult of(Throwable thrown) {
    return thrown instanceof StopFlag.Stopped
        ? CellResult.interrupted()
        : CellResult.failed(plainName(thrown.getClass().getName()), explained(thrown));
  }

  /** A class of a cell by the name the user gave it. */
  private static String plainName(String name) {
    return name.replaceFirst("^REPL\\.\\$JShell\\$\\w+\\$", "");
  }

  /** The message, and what to do where that is known. */
  private static String explained(Throwable thrown) {
    String message = message(thrown);
    if (thrown instanceof OutOfMemoryError) {
      return message + ". " + Memory.remedy(message);
    }
    if (thrown instanceof StackOverflowError) {
      return "A method calls itself too deep for the stack. Give the recursion an end, or use a loop.";
    }
    if (message.contains("allocate memory") && message.contains("DefaultCPUAllocator")) {
      return message.lines().findFirst().orElse("") + ". " + Memory.NATIVE;
    }
    return message;
  }

  private static String message(Throwable thrown) {
    try {
      return thrown.getMessage() == null ? "" : thrown.getMessage();
    } catch (RuntimeException broken) {
      return "(its message cannot be told: " + broken.getClass().getName() + ")";
    }
  }

  private void addFrames(JShellException exception, List<String> trace) {
    StackTraceElement library = null;
    boolean user = false;
    int shown = 0;
    int hidden = 0;
    for (StackTraceElement frame : exception.getStackTrace()) {
      Place place = place(frame);
      if (place == null) {
        library = frame;
        continue;
      }
      if (!user && library != null) {
        trace.add("    in %s.%s".formatted(library.getClassName(), library.getMethodName()));
      }
      user = true;
      if (shown < MOST_FRAMES) {
        trace.add("    at " + text(frame, place));
        shown++;
      } else {
        hidden++;
      }
    }
    if (!user && library != null) {
      trace.add("    in %s.%s".formatted(library.getClassName(), library.getMethodName()));
    }
    if (hidden > 0) {
      trace.add("    … and %d more calls".formatted(hidden));
    }
  }

  private @Nullable Place place(StackTraceElement frame) {
    String file = String.valueOf(frame.getFileName());
    return file.startsWith("#") ? places.get(file.substring(1)) : null;
  }

  private static String text(StackTraceElement frame, Place place) {
    String method = frame.getMethodName();
    boolean named = !method.isEmpty() && !method.matches("(do_it|lambda)\\$.*");
    int line = Math.max(1, frame.getLineNumber());
    return (named ? method + " (" + place.of(line) + ")" : place.of(line))
        + "  "
        + place.text(line);
  }
}
