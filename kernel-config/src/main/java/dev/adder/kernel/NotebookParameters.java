package dev.adder.kernel;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The parameters of a notebook: the variables that its cell tagged {@code parameters} declares.
 * Values given from outside are words; what they mean follows from the declaration.
 */
final class NotebookParameters {

  private final Map<String, VariableTree> declared = new LinkedHashMap<>();

  /**
   * @param cell the code that declares them, such as {@code int epochs = 3; var scale =
   *     Scale.QUICK;}
   */
  NotebookParameters(String cell) {
    // Imports may not stand in a method; the line count does not matter.
    String body =
        cell.lines()
            .filter(line -> !line.strip().startsWith("import "))
            .collect(Collectors.joining("\n"));
    for (Tree statement : statements(body)) {
      if (statement instanceof VariableTree variable && variable.getInitializer() != null) {
        declared.put(variable.getName().toString(), variable);
      }
    }
  }

  private static List<? extends Tree> statements(String body) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    SimpleJavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///Cell.java"), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return "class Cell { void cell() {\n" + body + "\n} }";
          }
        };
    JavacTask task =
        (JavacTask) compiler.getTask(null, null, problem -> {}, null, null, List.of(file));
    try {
      CompilationUnitTree unit = task.parse().iterator().next();
      ClassTree type = (ClassTree) unit.getTypeDecls().get(0);
      MethodTree method = (MethodTree) type.getMembers().get(0);
      return method.getBody().getStatements();
    } catch (IOException impossible) {
      throw new IllegalStateException("Code in memory cannot be read.", impossible);
    }
  }

  /**
   * Code that gives them other values.
   *
   * @throws IllegalArgumentException if there is no such parameter or the value is not of its type
   */
  String assignments(Map<String, String> values) {
    StringBuilder code = new StringBuilder("// Parameters given for this run");
    values.forEach(
        (name, value) -> {
          VariableTree variable = declared.get(name);
          if (variable == null) {
            throw new IllegalArgumentException(
                "The notebook has no parameter \"%s\". It has: %s."
                    .formatted(name, String.join(", ", declared.keySet())));
          }
          code.append('\n').append(name).append(" = ").append(literal(variable, value)).append(';');
        });
    return code.toString();
  }

  private static String literal(VariableTree variable, String value) {
    ExpressionTree initializer = variable.getInitializer();
    String type = type(variable, initializer);
    try {
      switch (type) {
        case "String":
          return quoted(value);
        case "char":
          return value.length() == 1 ? "'" + quoted(value).replaceAll("^\"|\"$", "") + "'" : value;
        case "boolean":
          if (!value.equals("true") && !value.equals("false")) {
            throw new NumberFormatException();
          }
          return value;
        case "int":
          return String.valueOf(Integer.parseInt(value));
        case "long":
          return Long.parseLong(value) + "L";
        case "float":
          return finite(Float.parseFloat(value)) + "f";
        case "double":
          return String.valueOf(finite(Double.parseDouble(value)));
        default:
          // A constant such as QUICK, where the notebook says Scale.FULL.
          return initializer instanceof MemberSelectTree constant && value.matches("\\w+")
              ? constant.getExpression() + "." + value
              : value;
      }
    } catch (NumberFormatException notOfTheType) {
      throw new IllegalArgumentException(
          "The parameter \"%s\" is of type %s, which \"%s\" is not."
              .formatted(variable.getName(), type, value),
          notOfTheType);
    }
  }

  private static double finite(double value) {
    if (!Double.isFinite(value)) {
      throw new NumberFormatException();
    }
    return value;
  }

  /** The declared type, or for var that of a literal; else empty. */
  private static String type(VariableTree variable, ExpressionTree initializer) {
    Tree type = variable.getType();
    String name = type == null ? "var" : type.toString();
    if (!name.isEmpty() && !name.equals("var") && !name.equals("/*missing*/")) {
      return name;
    }
    ExpressionTree literal =
        initializer instanceof UnaryTree signed ? signed.getExpression() : initializer;
    return switch (literal.getKind()) {
      case STRING_LITERAL -> "String";
      case CHAR_LITERAL -> "char";
      case BOOLEAN_LITERAL -> "boolean";
      case INT_LITERAL -> "int";
      case LONG_LITERAL -> "long";
      case FLOAT_LITERAL -> "float";
      case DOUBLE_LITERAL -> "double";
      default -> "";
    };
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
