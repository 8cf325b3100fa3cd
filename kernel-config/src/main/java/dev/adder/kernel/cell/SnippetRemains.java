package dev.adder.kernel.cell;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.VarSnippet;

/**
 * Lets go of what JShell keeps of snippets that are spent or replaced: text, class files and
 * dependencies of every statement there ever was, all of which it goes through for each new one.
 *
 * <p>JShell offers no way to; this reaches into its fields. Where the JVM does not allow that
 * ({@code --add-opens jdk.jshell/jdk.jshell=ALL-UNNAMED} is missing), everything is kept.
 */
final class SnippetRemains {

  /** Spent statements of which errors can still be told by line, as in a lambda they made. */
  private static final int KEPT = 200;

  /** What JShell keeps, live; null where it is closed. */
  private record Kept(
      List<Snippet> byIndex,
      Set<Snippet> snippets,
      Map<String, Set<Integer>> dependencies,
      Map<String, ?> variables,
      Map<String, ?> wraps,
      Map<String, ?> tracked,
      Map<String, ?> classFiles) {

    @SuppressWarnings("unchecked")
    static Kept of(JShell shell) throws ReflectiveOperationException {
      return new Kept(
          (List<Snippet>) at(shell, "maps", "keyIndexToSnippet"),
          (Set<Snippet>) at(shell, "maps", "snippets"),
          (Map<String, Set<Integer>>) at(shell, "maps", "dependencies"),
          (Map<String, ?>) at(shell, "keyMap", "varMap"),
          (Map<String, ?>) at(shell, "outerMap", "classOuters"),
          (Map<String, ?>) at(shell, "classTracker", "map"),
          (Map<String, ?>) at(shell, "taskFactory", "fileManager", "classObjects"));
    }

    private static Object at(Object from, String... path) throws ReflectiveOperationException {
      Object found = from;
      for (String name : path) {
        Field field = found.getClass().getDeclaredField(name);
        field.setAccessible(true);
        found = field.get(found);
      }
      return found;
    }
  }

  private final Optional<Kept> kept;
  private final CellClasses classes;
  private final Consumer<String> forgotten;

  /** The classes of the present version of each snippet, by what the wrapper is numbered with. */
  private final Map<String, List<String>> current = new HashMap<>();

  private final Deque<Runnable> waiting = new ArrayDeque<>();

  /**
   * Of a shell.
   *
   * @param forgotten told of the id of each snippet that is gone
   */
  SnippetRemains(JShell shell, CellClasses classes, Consumer<String> forgotten) {
    this.classes = classes;
    this.forgotten = forgotten;
    kept = open(shell);
  }

  private static Optional<Kept> open(JShell shell) {
    Module jshell = JShell.class.getModule();
    if (!jshell.isOpen(JShell.class.getPackageName(), SnippetRemains.class.getModule())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Kept.of(shell));
    } catch (ReflectiveOperationException | ClassCastException otherJdk) {
      System.getLogger(SnippetRemains.class.getName())
          .log(System.Logger.Level.WARNING, "JShell of this JDK keeps all snippets.", otherJdk);
      return Optional.empty();
    }
  }

  /** Notes classes that a snippet was compiled to; those of its version before are let go of. */
  void compiled(Collection<String> names) {
    Map<String, List<String>> byNumber = new HashMap<>();
    for (String name : names) {
      byNumber.computeIfAbsent(number(name), n -> new ArrayList<>()).add(name);
    }
    byNumber.forEach(
        (number, fresh) -> {
          List<String> replaced = current.put(number, fresh);
          // Types of the user may still be what other variables are declared to be.
          if (replaced != null && replaced.stream().allMatch(CellClasses::isWrapper)) {
            later(() -> forgetClasses(replaced));
          }
        });
  }

  /** What stands for a snippet in the name of its classes: 12 of {@code REPL.$JShell$12B$Type}. */
  private static String number(String className) {
    return className.replaceFirst("REPL\\.\\$JShell\\$([\\d_]+).*", "$1");
  }

  /** A snippet has run, or was dropped, and nothing can name it. */
  void spent(Snippet snippet) {
    // What is refused at once has no number.
    if (String.valueOf(snippet.id()).matches("\\d+")) {
      later(() -> forget(snippet));
    }
  }

  /** A declaration was replaced by another of its name. */
  void replaced(Snippet snippet) {
    later(() -> kept.ifPresent(all -> all.snippets().remove(snippet)));
  }

  private void later(Runnable forgetting) {
    waiting.addLast(forgetting);
    while (waiting.size() > KEPT) {
      waiting.removeFirst().run();
    }
  }

  private void forget(Snippet snippet) {
    List<String> names = current.remove(snippet.id());
    if (names != null) {
      forgetClasses(names);
    }
    kept.ifPresent(all -> forget(snippet, all));
    forgotten.accept(snippet.id());
  }

  private static void forget(Snippet snippet, Kept all) {
    int index = Integer.parseInt(snippet.id());
    if (all.byIndex().get(index) == snippet) {
      all.byIndex().set(index, null);
      all.dependencies().values().removeIf(users -> users.remove(index) && users.isEmpty());
      if (snippet instanceof VarSnippet variable) {
        all.variables().remove(variable.name());
      }
    }
    all.snippets().remove(snippet);
  }

  private void forgetClasses(List<String> names) {
    for (String name : names) {
      classes.forget(name);
      kept.ifPresent(
          all -> {
            all.wraps().remove(name.substring(name.indexOf('.') + 1));
            all.tracked().remove(name);
            all.classFiles().remove(name);
          });
    }
  }
}
