package dev.adder.kernel.cell;

import dev.adder.adapter.Spelling;
import dev.adder.notebook.Environment;
import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Notebook;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The lines that begin with a percent sign. */
final class Magics {

  /** What a magic does with the text behind its name. */
  @FunctionalInterface
  private interface Action {
    CellResult run(String text, Place place) throws Exception;
  }

  private record Magic(String usage, String purpose, Action action) {}

  private final Map<String, Magic> magics = new LinkedHashMap<>();
  private final CellEvaluator evaluator;
  private final CellShell shell;
  private final MavenClassPath maven;

  Magics(CellEvaluator evaluator, CellShell shell) {
    this.evaluator = evaluator;
    this.shell = shell;
    maven = new MavenClassPath(shell);
    add(
        "classpath",
        "%classpath [jar, folder or glob …]",
        "adds to the class path, or shows it",
        this::classPath);
    add(
        "maven",
        "%maven group:artifact:version …",
        "adds libraries from Maven's repositories",
        this::maven);
    add(
        "mavenRepo",
        "%mavenRepo name https://…",
        "adds a repository for %maven",
        this::mavenRepository);
    add(
        "time",
        "%time code, or %%time over a cell",
        "runs code and tells how long it took",
        this::time);
    add("load", "%load file.java|.jsh|.ipynb", "runs a file here", this::load);
    add(
        "env",
        "%env [NAME[=value]]",
        "shows or sets variables of the environment",
        this::environment);
    add(
        "reset",
        "%reset",
        "forgets all variables, methods, types and imports of the notebook",
        this::reset);
    add("who", "%who", "lists the notebook's variables, methods and types", this::who);
    add("magics", "%magics", "lists these", this::list);
  }

  private void add(String name, String usage, String purpose, Action action) {
    magics.put(name, new Magic(usage, purpose, action));
  }

  boolean knows(String name) {
    return magics.containsKey(name);
  }

  Set<String> names() {
    return magics.keySet();
  }

  /** How the magic of a line is used; empty if the line is none. */
  String usage(String line) {
    Magic magic = magics.get(CellParts.magicName(line));
    return magic == null ? "" : magic.usage() + "  " + magic.purpose() + ".";
  }

  /** Runs the magic of a line; the line begins with a known name. */
  CellResult run(String line, String where, int number) {
    String name = CellParts.magicName(line);
    String text = line.substring(line.indexOf(name) + name.length()).strip();
    try {
      return magics.get(name).action().run(text, new Place(where, number, line));
    } catch (MagicException refused) {
      return CellResult.failed("MagicError", refused.getMessage());
    } catch (InterruptedException stopped) {
      return CellResult.interrupted();
    } catch (Exception failure) {
      return Thrown.of(failure);
    }
  }

  /** The answer to a line that begins with a percent sign and no known name. */
  CellResult unknown(String line) {
    String name = CellParts.magicName(line);
    Optional<String> nearest =
        names().stream()
            .filter(known -> Spelling.distance(known, name) <= 2 || alias(name).equals(known))
            .min(
                Comparator.comparingInt(
                    known -> alias(name).equals(known) ? 0 : Spelling.distance(known, name)));
    String hint =
        nearest
            .map(known -> " Did you mean \"%s\"?".formatted(magics.get(known).usage()))
            .orElse(" There are: %" + String.join(", %", names()) + ".");
    return CellResult.failed("UnknownMagic", "There is no magic \"%s\".%s".formatted(line, hint));
  }

  /** What other kernels call it. */
  private static String alias(String name) {
    return switch (name) {
      case "jars", "cp", "addClasspath" -> "classpath";
      case "loadFromPOM", "dependency", "use" -> "maven";
      case "addMavenRepo" -> "mavenRepo";
      case "timeit" -> "time";
      case "run" -> "load";
      case "whos" -> "who";
      case "lsmagic", "help" -> "magics";
      default -> name;
    };
  }

  private CellResult classPath(String text, Place place) throws Exception {
    if (text.isEmpty()) {
      List<Path> added = shell.addedToClassPath();
      String given = System.getProperty("java.class.path");
      Notebook.display(
          MimeBundle.text(
              "Added: %s\nThe kernel's own: %s"
                  .formatted(added.isEmpty() ? "nothing" : lines(added), given)));
      return CellResult.NOTHING;
    }
    String pattern = text.startsWith("add ") ? text.substring(4) : text;
    List<Path> found = PathPatterns.resolve(pattern);
    for (Path path : found) {
      shell.addToClassPath(path);
    }
    System.out.println("Added to the class path: " + lines(found));
    return CellResult.NOTHING;
  }

  private CellResult maven(String text, Place place) throws Exception {
    if (text.isEmpty()) {
      throw new MagicException("Name what to add: %maven group:artifact:version");
    }
    System.out.println(maven.add(List.of(text.split("\\s+"))));
    return CellResult.NOTHING;
  }

  private CellResult mavenRepository(String text, Place place) {
    String[] words = text.split("\\s+", 2);
    maven.addRepository(words[0], words.length < 2 ? "" : words[1]);
    return CellResult.NOTHING;
  }

  private CellResult time(String text, Place place) {
    if (place.source().startsWith("%%")) {
      throw new MagicException(
          "%%time stands on the first line of a cell; use %time before one statement.");
    }
    return timed(() -> evaluator.evaluateJava(text, place.where(), place.line()));
  }

  /** Runs code and says how long it took. */
  CellResult timed(java.util.function.Supplier<CellResult> code) {
    var threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    CellResult result = code.get();
    double wall = (System.nanoTime() - start) * 1e-9;
    double busy = (threads.getCurrentThreadCpuTime() - cpu) * 1e-9;
    System.out.println("Time: %s, of which %s computing".formatted(seconds(wall), seconds(busy)));
    return result;
  }

  private static String seconds(double time) {
    return time < 1
        ? String.format(Locale.ROOT, "%.1f ms", time * 1000)
        : String.format(Locale.ROOT, "%.2f s", time);
  }

  private CellResult load(String text, Place place) throws Exception {
    if (text.isEmpty()) {
      throw new MagicException("Name a file: %load setup.jsh");
    }
    for (SourceFile.Part part : SourceFile.read(Path.of(text))) {
      CellResult result = evaluator.evaluateParts(part.code(), part.where());
      if (result.failed()) {
        return result;
      }
    }
    return CellResult.NOTHING;
  }

  private CellResult environment(String text, Place place) {
    int equals = text.indexOf('=');
    if (equals > 0) {
      Environment.set(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
      return CellResult.NOTHING;
    }
    if (text.isEmpty()) {
      StringBuilder all = new StringBuilder();
      Environment.all()
          .forEach(
              (name, value) ->
                  all.append(name).append('=').append(hidden(name, value)).append('\n'));
      System.out.print(all);
      return CellResult.NOTHING;
    }
    String value = Environment.get(text);
    if (value == null) {
      throw new MagicException("%s is not set. Set it by %%env %s=value".formatted(text, text));
    }
    System.out.println(text + "=" + value);
    return CellResult.NOTHING;
  }

  /** A list of everything ends up in notebooks that are shared. */
  private static String hidden(String name, String value) {
    return name.matches("(?i).*(token|secret|password|key|credential).*") ? "…" : value;
  }

  private CellResult reset(String text, Place place) {
    shell.reset();
    evaluator.forgetPlaces();
    Notebook.forgetCells();
    System.gc();
    return CellResult.NOTHING;
  }

  private CellResult who(String text, Place place) {
    Notebook.display(DeclaredNames.table(shell));
    return CellResult.NOTHING;
  }

  private CellResult list(String text, Place place) {
    StringBuilder lines = new StringBuilder();
    magics
        .values()
        .forEach(
            magic ->
                lines.append(
                    String.format(Locale.ROOT, "%-36s %s%n", magic.usage(), magic.purpose())));
    System.out.print(lines);
    return CellResult.NOTHING;
  }

  private static String lines(List<Path> paths) {
    return String.join("\n  ", paths.stream().map(Path::toString).toList());
  }
}
