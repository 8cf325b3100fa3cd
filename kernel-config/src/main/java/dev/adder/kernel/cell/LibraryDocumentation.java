package dev.adder.kernel.cell;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
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
          "dev/adder/",
          "dev/adder/adapter/",
          "dev/adder/data/",
          "dev/adder/evaluation/",
          "dev/adder/model/",
          "dev/adder/paper/",
          "dev/adder/report/",
          "dev/adder/training/",
          "dev/adder/notebook/",
          "dev/adder/tensor/",
          "dev/adder/ssm/");

  /** Result, type, member and parameters: {@code Figure LossPlot.of(TrainingLog... logs)}. */
  private static final Pattern METHOD =
      Pattern.compile("(?:.*? )?(?:([\\w.]+)\\.)?(\\w+)\\((.*)\\)");

  /**
   * Type and parameters: {@code Lora(int rank)}; newer JDKs show a record itself like this, too.
   */
  private static final Pattern CONSTRUCTOR = Pattern.compile("(?:<.*> )?([\\w.]+)\\((.*)\\)");

  /** What JShell says of an element, taken apart. */
  private record Described(String type, @Nullable String member, int parameters) {

    boolean isConstructor() {
      return member != null && member.equals(simple(type));
    }

    static Described by(String signature) {
      String plain =
          withoutComponents(withoutTypeArguments(signature.replaceFirst(" throws .*", "")));
      Matcher constructor = CONSTRUCTOR.matcher(plain);
      if (constructor.matches()) {
        String type = constructor.group(1);
        return new Described(type, simple(type), parameters(constructor.group(2)));
      }
      Matcher method = METHOD.matcher(plain);
      if (method.matches()) {
        String type = method.group(1) == null ? method.group(2) : method.group(1);
        return new Described(type, method.group(2), parameters(method.group(3)));
      }
      // A constant is shown with its type behind a colon.
      return new Described(plain.replaceFirst(":.*", ""), null, -1);
    }

    /** Commas inside type arguments separate nothing. */
    private static String withoutTypeArguments(String signature) {
      String plain = signature;
      for (String before = ""; !before.equals(plain); ) {
        before = plain;
        plain = plain.replaceAll("<[^<>]*>", "");
      }
      return plain;
    }

    /** Newer JDKs name a record with its components, also in front of a member. */
    private static String withoutComponents(String signature) {
      return signature.replaceFirst("\\([^()]*\\)(?=[.(])", "");
    }

    private static int parameters(String list) {
      return list.isBlank() ? 0 : (int) list.chars().filter(c -> c == ',').count() + 1;
    }
  }

  private LibraryDocumentation() {}

  /** The comment of what JShell describes by this signature; empty if it is not the toolkit's. */
  static String of(String signature) {
    Described described = Described.by(signature);
    try {
      String source = source(described.type());
      return source == null ? "" : comment(source, described);
    } catch (IOException unreadable) {
      throw new IllegalStateException("The toolkit's sources cannot be read.", unreadable);
    }
  }

  private static String simple(String type) {
    return type.substring(type.lastIndexOf('.') + 1);
  }

  /** The file that holds a type, or the type around it; null if it is not the toolkit's. */
  private static @Nullable String source(String type) throws IOException {
    String path = type.replace('.', '/');
    for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
      String file = path.substring(0, end) + ".java";
      List<String> places = path.startsWith("dev/adder/") ? List.of("") : IMPORTED;
      for (String place : places) {
        String found = read(place + file);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private static @Nullable String read(String path) throws IOException {
    try (InputStream in = LibraryDocumentation.class.getResourceAsStream(SOURCES + path)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String comment(String source, Described described) throws IOException {
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
    Comments comments = new Comments(DocTrees.instance(task), described);
    for (CompilationUnitTree unit : task.parse()) {
      comments.scan(unit, null);
    }
    return comments.found;
  }

  /** Finds the comment of what is described; of several, the first. */
  private static final class Comments extends TreePathScanner<Void, Void> {

    private final DocTrees docs;
    private final Described described;
    private String found = "";

    Comments(DocTrees docs, Described described) {
      this.docs = docs;
      this.described = described;
    }

    @Override
    public Void visitClass(ClassTree tree, Void none) {
      super.visitClass(tree, none);
      if (tree.getSimpleName().contentEquals(simple(described.type()))) {
        if (described.member() == null) {
          take(comment());
        } else if (tree.getKind() == Tree.Kind.RECORD) {
          // What has no comment of its own is told by the record's.
          take(described.isConstructor() ? comment() : component(comment(), described.member()));
        }
      }
      return null;
    }

    @Override
    public Void visitMethod(MethodTree tree, Void none) {
      String name = described.isConstructor() ? "<init>" : described.member();
      if (name != null
          && tree.getName().contentEquals(name)
          && tree.getParameters().size() == described.parameters()
          && isIn(described.type())) {
        take(comment());
      }
      return super.visitMethod(tree, none);
    }

    /** A constant. */
    @Override
    public Void visitVariable(VariableTree tree, Void none) {
      int dot = described.type().lastIndexOf('.');
      if (described.member() == null
          && dot > 0
          && tree.getName().contentEquals(simple(described.type()))
          && isIn(described.type().substring(0, dot))) {
        take(comment());
      }
      return super.visitVariable(tree, none);
    }

    private boolean isIn(String type) {
      return getCurrentPath().getParentPath().getLeaf() instanceof ClassTree around
          && around.getSimpleName().contentEquals(simple(type));
    }

    private String comment() {
      String comment = docs.getDocComment(getCurrentPath());
      return comment == null ? "" : plain(comment);
    }

    private void take(String comment) {
      found = found.isEmpty() ? comment : found;
    }

    /** What a record's comment says of one of its components. */
    private static String component(String comment, String name) {
      Matcher said =
          Pattern.compile("(?s)@param %s\\s+(.*?)(?=\\n@|$)".formatted(name)).matcher(comment);
      return said.find() ? said.group(1).strip() : "";
    }
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
