package dev.adder.kernel.cell;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a notebook can name without importing it. */
final class StartUpImports {

  /**
   * All as one snippet of JShell's, which takes half the time: each by itself would be compiled
   * with those before it. JShell knows the snippet by the first of them, so that this must be one
   * that no notebook has: importing it again would replace all.
   */
  static final String SOURCE =
      """
      import dev.adder.kernel.cell.CellEvaluator;
      import java.io.*;
      import java.nio.file.*;
      import java.util.*;
      import java.util.function.*;
      import java.util.stream.*;
      import dev.adder.*;
      import dev.adder.adapter.*;
      import dev.adder.data.*;
      import dev.adder.evaluation.*;
      import dev.adder.model.*;
      import dev.adder.paper.*;
      import dev.adder.paper.claims.*;
      import dev.adder.report.*;
      import dev.adder.training.*;
      import tech.tablesaw.api.*;
      import static dev.adder.Ssm.percent;
      import static dev.adder.notebook.Notebook.*;
      """;

  /** An imported package in front of a type. */
  private static final Pattern PACKAGE =
      Pattern.compile(
          "(?<![\\w.])(?:%s)\\.(?=\\p{Lu})"
              .formatted(
                  Pattern.compile("import (\\S+)\\.\\*;")
                      .matcher(SOURCE)
                      .results()
                      .map(result -> Pattern.quote(result.group(1)))
                      .collect(Collectors.joining("|"))));

  private StartUpImports() {}

  /** A type or a signature as a notebook may write it, without the packages that are imported. */
  static String shortened(String types) {
    return PACKAGE.matcher(types).replaceAll("");
  }
}
