package dev.adder.kernel.cell;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import jdk.jshell.SourceCodeAnalysis.Suggestion;

/** What can be said of code that is being written. */
final class CellAnalysis {

  /** Methods of every object, which people seldom look for. */
  private static final Set<String> EVERYWHERE =
      Set.of("equals(", "getClass()", "hashCode()", "notify()", "notifyAll()", "wait(");

  /** What may be the beginning of a package's name; the last part is a group. */
  private static final Pattern PACKAGE =
      Pattern.compile("(?<![\\w.)\\]\"])(?:[a-z_]\\w*\\.)*+([a-z_]\\w*|(?<=\\.))$");

  private final CellShell shell;
  private final Magics magics;

  CellAnalysis(CellShell shell, Magics magics) {
    this.shell = shell;
    this.magics = magics;
  }

  Completions complete(String code, int cursor) {
    int lineStart = code.lastIndexOf('\n', cursor - 1) + 1;
    String line = code.substring(lineStart, cursor);
    if (line.matches("%{1,2}\\w*")) {
      String sign = line.startsWith("%%") ? "%%" : "%";
      return new Completions(
          magics.names().stream()
              .map(name -> sign + name)
              .filter(name -> name.startsWith(line))
              .map(name -> new Completions.Item(name, "magic"))
              .toList(),
          lineStart);
    }
    // The whole cell knows its own variables; the last statement stands where the cell is too much.
    String before = code.substring(0, cursor);
    Completions found = suggestions(before, 0);
    int last = lastStatement(before);
    return withPackages(
        found.items().isEmpty() && last > 0 ? suggestions(before.substring(last), last) : found,
        before);
  }

  /** Adds packages that could stand at the end. */
  private Completions withPackages(Completions found, String code) {
    Matcher end = PACKAGE.matcher(code);
    if (!end.find()) {
      return found;
    }
    List<Completions.Item> packages =
        shell.classPath().packages(end.group()).stream()
            .map(name -> new Completions.Item(name, kind(name)))
            .toList();
    int from = code.length() - end.group(1).length();
    return found.items().isEmpty()
        ? new Completions(packages, from)
        : new Completions(
            Stream.concat(found.items().stream(), packages.stream()).toList(), found.from());
  }

  private Completions suggestions(String code, int offset) {
    int[] anchor = new int[1];
    List<Completions.Item> items =
        shell.analysis().completionSuggestions(code, code.length(), anchor).stream()
            .sorted(
                Comparator.comparing((Suggestion s) -> !s.matchesType())
                    .thenComparing(s -> EVERYWHERE.contains(s.continuation())))
            .map(Suggestion::continuation)
            .distinct()
            .map(text -> new Completions.Item(text, kind(text)))
            .toList();
    return new Completions(items, offset + anchor[0]);
  }

  /** Where the last statement begins, behind those that are complete and behind magics. */
  private int lastStatement(String code) {
    List<CellParts.Part> parts = CellParts.of(code, magics::knows);
    String rest = parts.isEmpty() ? "" : parts.get(parts.size() - 1).text();
    while (!rest.isBlank()) {
      CompletionInfo next = shell.analysis().analyzeCompletion(rest);
      if (!next.completeness().isComplete() || next.remaining().isBlank()) {
        break;
      }
      rest = next.remaining();
    }
    return code.length() - rest.length();
  }

  private static String kind(String text) {
    if (text.contains("(")) {
      return "method";
    }
    if (text.endsWith(".")) {
      return "package";
    }
    boolean constant = text.equals(text.toUpperCase(java.util.Locale.ROOT));
    return !text.isEmpty() && Character.isUpperCase(text.charAt(0)) && !constant
        ? "class"
        : "variable";
  }

  String inspect(String code, int cursor) {
    String magic = magics.usage(lineAt(code, cursor));
    if (!magic.isEmpty()) {
      return magic;
    }
    int end = cursor;
    // On a name, look at the call that the name begins.
    while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
      end++;
    }
    int last = lastStatement(code.substring(0, cursor));
    String before = code.substring(last, cursor);
    String name = code.substring(last, end);
    String whole = code.substring(0, end);
    for (String candidate : List.of(before, name, name + "(", whole, whole + "(")) {
      String found =
          shell.analysis().documentation(candidate, candidate.length(), true).stream()
              .map(CellAnalysis::text)
              .distinct()
              .collect(Collectors.joining("\n\n"));
      if (!found.isBlank()) {
        return found;
      }
    }
    return "";
  }

  private static String lineAt(String code, int cursor) {
    int start = code.lastIndexOf('\n', cursor - 1) + 1;
    int end = code.indexOf('\n', cursor);
    return code.substring(start, end < 0 ? code.length() : end);
  }

  private static String text(Documentation documentation) {
    String javadoc = documentation.javadoc();
    String comment =
        javadoc == null ? LibraryDocumentation.of(documentation.signature()) : javadoc.strip();
    return StartUpImports.shortened(documentation.signature())
        + (comment.isEmpty() ? "" : "\n" + comment);
  }

  String completeness(String code) {
    for (CellParts.Part part : CellParts.of(code, magics::knows)) {
      String state = part.magic() ? "complete" : javaCompleteness(part.text());
      if (!state.equals("complete")) {
        return state;
      }
    }
    return "complete";
  }

  private String javaCompleteness(String code) {
    String rest = code;
    while (!rest.isBlank()) {
      CompletionInfo next = shell.analysis().analyzeCompletion(rest);
      switch (next.completeness()) {
        case EMPTY:
          return "complete";
        case DEFINITELY_INCOMPLETE:
        case CONSIDERED_INCOMPLETE:
          return "incomplete";
        case UNKNOWN:
          return "invalid";
        default:
          boolean wrong =
              shell.analysis().sourceToSnippets(next.source()).stream()
                  .anyMatch(snippet -> snippet.kind() == Snippet.Kind.ERRONEOUS);
          if (wrong) {
            return "invalid";
          }
          rest = next.remaining();
      }
    }
    return "complete";
  }
}
