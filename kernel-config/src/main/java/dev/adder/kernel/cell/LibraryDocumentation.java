package dev.adder.kernel.cell;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The toolkit's own comments, for inspection: JShell reads those of the JDK only. The toolkit's jar
 * carries its sources.
 */
final class LibraryDocumentation {

  private static final String SOURCES = "/META-INF/adder-sources/";

  /** Packages whose types are shown without them, by the start-up imports. */
  private static final List<String> IMPORTED =
      List.of(
          "",
          "adapter/",
          "data/",
          "evaluation/",
          "model/",
          "paper/",
          "report/",
          "training/",
          "notebook/",
          "tensor/",
          "ssm/");

  /** Type, member and parameters, such as {@code Figure LossPlot.of(TrainingLog... logs)}. */
  private static final Pattern MEMBER =
      Pattern.compile("(?:.*? )?(?:([\\w.]+)\\.)?(\\w+)\\((.*?)\\)(?: throws .*)?");

  private LibraryDocumentation() {}

  /** The comment of what JShell describes by this signature; empty if it is not the toolkit's. */
  static String of(String signature) {
    Matcher member = MEMBER.matcher(signature);
    boolean isMember = member.matches();
    String name = isMember ? member.group(2) : "";
    String type = !isMember ? signature : member.group(1) == null ? name : member.group(1);
    int parameters = isMember ? parameters(member.group(3)) : -1;
    try {
      String source = source(type);
      return source == null
          ? ""
          : comment(source, simple(type), isMember ? name : null, parameters);
    } catch (IOException unreadable) {
      throw new IllegalStateException("The toolkit's sources cannot be read.", unreadable);
    }
  }

  private static String simple(String type) {
    return type.substring(type.lastIndexOf('.') + 1).replaceAll("<.*", "");
  }

  private static int parameters(String list) {
    // Commas inside type arguments separate nothing.
    String plain = list;
    while (plain.contains("<")) {
      plain = plain.replaceAll("<[^<>]*>", "");
    }
    return plain.isBlank() ? 0 : (int) plain.chars().filter(c -> c == ',').count() + 1;
  }

  private static @Nullable String source(String type) throws IOException {
    String path = type.replaceAll("<.*", "").replace('.', '/') + ".java";
    if (path.startsWith("dev/adder/")) {
      return read(path);
    }
    for (String place : path.contains("/") ? List.<String>of() : IMPORTED) {
      String found = read("dev/adder/" + place + path);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable String read(String path) throws IOException {
    try (InputStream in = LibraryDocumentation.class.getResourceAsStream(SOURCES + path)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String comment(String source, String type, @Nullable String member, int parameters)
      throws IOException {
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("source:///A.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreErrors) {
            return source;
          }
        };
    JavacTask task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, problem -> {}, null, null, List.of(file));
    StringBuilder found = new StringBuilder();
    DocTrees docs = DocTrees.instance(task);
    for (CompilationUnitTree unit : task.parse()) {
      new TreePathScanner<Void, Void>() {
        @Override
        public Void visitClass(ClassTree tree, Void none) {
          if (member == null && tree.getSimpleName().contentEquals(type)) {
            take();
          }
          return super.visitClass(tree, none);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void none) {
          boolean constructor = tree.getName().contentEquals("<init>") && type.equals(member);
          boolean named = member != null && tree.getName().contentEquals(member);
          if ((constructor || named) && tree.getParameters().size() == parameters) {
            take();
          }
          return super.visitMethod(tree, none);
        }

        private void take() {
          String comment = docs.getDocComment(getCurrentPath());
          if (comment != null && found.length() == 0) {
            found.append(plain(comment));
          }
        }
      }.scan(unit, null);
    }
    return found.toString();
  }

  /** A comment without its markup. */
  private static String plain(String comment) {
    return comment
        .replaceAll("\\{@\\w+ ([^{}]*)\\}", "$1")
        .replaceAll("</?[a-z]+>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replaceAll("(?m)^ ", "")
        .strip();
  }
}
