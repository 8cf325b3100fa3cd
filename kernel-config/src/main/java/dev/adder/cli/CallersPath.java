package dev.adder.cli;

import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** Paths as the user means them: relative to where the launcher was called. */
final class CallersPath implements ITypeConverter<Path> {

  @Override
  public Path convert(String value) {
    return of(value);
  }

  static Path of(String value) {
    return Path.of(System.getProperty("adder.directory", ""))
        .toAbsolutePath()
        .resolve(value)
        .normalize();
  }
}
