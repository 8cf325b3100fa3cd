package dev.adder.kernel.cell;

import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;
import org.jspecify.annotations.Nullable;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What a notebook has declared. */
final class DeclaredNames {

  private static final int LONGEST_VALUE = 80;

  private DeclaredNames() {}

  /** Variables with type and value, then methods, then types. */
  static Table table(CellShell shell) {
    JShell jshell = shell.jshell();
    StringColumn names = StringColumn.create("name");
    StringColumn types = StringColumn.create("type");
    StringColumn values = StringColumn.create("value");
    List<VarSnippet> variables =
        jshell.variables().filter(variable -> !variable.name().startsWith("$")).toList();
    for (VarSnippet variable : variables) {
      names.append(variable.name());
      types.append(StartUpImports.shortened(variable.typeName()));
      values.append(shortened(shell.control().value(variable.name())));
    }
    for (MethodSnippet method : jshell.methods().toList()) {
      names.append(method.name() + "(" + StartUpImports.shortened(method.parameterTypes()) + ")");
      types.append("method");
      values.append("");
    }
    for (TypeDeclSnippet type : jshell.types().toList()) {
      names.append(type.name());
      types.append("type");
      values.append("");
    }
    return Table.create("The notebook's names", names, types, values);
  }

  private static String shortened(@Nullable Object value) {
    String text = String.valueOf(value).replaceAll("\\s+", " ");
    return text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE - 1) + "…" : text;
  }
}
