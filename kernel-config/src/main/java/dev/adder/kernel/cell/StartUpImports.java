package dev.adder.kernel.cell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a notebook can name without importing it. */
final class StartUpImports {

  /**
   * All as one snippet of JShell's, which takes half the time: each by itself would be compiled
   * with those before it. JShell knows the snippet by the first of them, so that this must be one
   * that no notebook has: importing it again would replace all.
   */
  static final String SOURCE = read("/dev/adder/kernel/startup.jsh");

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

  private static String read(String resource) {
    try (InputStream in =
        Objects.requireNonNull(StartUpImports.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new IllegalStateException("The start-up imports cannot be read.", failure);
    }
  }

  /** A type or a signature as a notebook may write it, without the packages that are imported. */
  static String shortened(String types) {
    return PACKAGE.matcher(types).replaceAll("");
  }
}
