package dev.adder.kernel.cell;

import dev.adder.adapter.Spelling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.Diag;
import jdk.jshell.ImportSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;

/** What the compiler refuses, told by line, caret and, where one is known, a remedy. */
final class CompileErrors {

  private static final Pattern SYMBOL = Pattern.compile("symbol:\\s+(\\w+) (\\w+)");
  private static final Pattern UNREPORTED = Pattern.compile("unreported exception ([\\w.]+);");
  private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+) does not exist");
  private static final Pattern LOSSY =
      Pattern.compile("possible lossy conversion from (\\w+) to (\\w+)");

  private final CellShell shell;

  CompileErrors(CellShell shell) {
    this.shell = shell;
  }

  /** All errors of a refused statement. */
  CellResult of(Snippet snippet, Place place) {
    List<String> trace = new ArrayList<>();
    String first = "";
    for (Diag diag : shell.jshell().diagnostics(snippet).toList()) {
      if (!diag.isError()) {
        continue;
      }
      String message = withoutInternals(diag.getMessage(Locale.ROOT));
      Optional<String> hint = hint(message, place.source());
      if (first.isEmpty()) {
        first = message.lines().findFirst().orElse("") + hint.map(h -> ". " + h).orElse("");
      }
      point(diag, message, place, trace);
      hint.ifPresent(remedy -> trace.add("  " + remedy));
    }
    if (trace.isEmpty()) {
      first = "The code is incomplete or not understood.";
      trace.add(capital(place.of(1)) + ": " + first);
    }
    return CellResult.failed("CompilationError", first, trace);
  }

  /** A message names the class that JShell wraps cells in; nobody wrote that class. */
  private static String withoutInternals(String message) {
    return String.join(
        "\n",
        message
            .lines()
            .map(String::stripTrailing)
            .filter(line -> !line.matches("\\s*location: class\\s*(REPL.*)?"))
            .map(line -> line.replaceAll("REPL\\.\\$JShell\\$\\w+\\.", ""))
            .toList());
  }

  private static void point(Diag diag, String message, Place place, List<String> trace) {
    String source = place.source();
    int at = (int) Math.max(0, Math.min(diag.getPosition(), source.length()));
    int lineStart = source.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
    int newline = source.indexOf('\n', at);
    int lineEnd = newline < 0 ? source.length() : newline;
    int line = 1 + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
    int width = (int) Math.max(1, Math.min(diag.getEndPosition(), lineEnd) - at);
    trace.add(capital(place.of(line)) + ": " + message);
    String text = source.substring(Math.min(lineStart, lineEnd), lineEnd);
    trace.add("  " + text);
    String before = text.substring(0, Math.max(0, Math.min(at - lineStart, text.length())));
    trace.add("  " + before.replaceAll("[^\t]", " ") + "^".repeat(width));
  }

  private static String capital(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private Optional<String> hint(String message, String source) {
    Matcher symbol = SYMBOL.matcher(message);
    if (symbol.find()) {
      return missing(symbol.group(1), symbol.group(2));
    }
    Matcher unreported = UNREPORTED.matcher(message);
    if (unreported.find()) {
      return Optional.of(
          "Add \"throws %s\" to the method, or catch it.".formatted(unreported.group(1)));
    }
    Matcher missing = PACKAGE.matcher(message);
    if (missing.find()) {
      return Optional.of("A library is added by %maven group:artifact:version, or %classpath.");
    }
    Matcher lossy = LOSSY.matcher(message);
    if (lossy.find()) {
      return Optional.of("Write (%s) before it to cut the value off.".formatted(lossy.group(2)));
    }
    int open = CellParts.openBrackets(source);
    return message.startsWith("reached end of file") && open > 0
        ? Optional.of("%d bracket%s left open.".formatted(open, open == 1 ? " is" : "s are"))
        : Optional.empty();
  }

  /** An import that would bring the name, or a known name that is nearly the same. */
  private Optional<String> missing(String kind, String name) {
    if (!kind.equals("method")) {
      List<String> qualified = shell.classPath().named(name);
      if (!qualified.isEmpty()) {
        return Optional.of(
            qualified.stream()
                .limit(3)
                .map(found -> "import " + found + ";")
                .reduce((a, b) -> a + " or " + b)
                .map(imports -> "Add: " + imports)
                .orElseThrow());
      }
    }
    if (names().anyMatch(name::equals)) {
      return Optional.of(
          "\"%s\" rests on something that was defined anew: run its cell again.".formatted(name));
    }
    return names()
        .filter(known -> Spelling.distance(known, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(known -> Spelling.distance(known, name)))
        .map(known -> "Did you mean \"%s\"?".formatted(known));
  }

  private Stream<String> names() {
    return shell
        .jshell()
        .snippets()
        .filter(snippet -> shell.jshell().status(snippet).isActive())
        .filter(snippet -> !(snippet instanceof ImportSnippet))
        .map(snippet -> snippet instanceof PersistentSnippet named ? named.name() : null)
        .filter(Objects::nonNull)
        .filter(name -> !name.isEmpty() && !name.startsWith("$"))
        .distinct();
  }
}
