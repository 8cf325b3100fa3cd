package dev.adder.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Paths as the user means them: relative to where the launcher was called. */
final class CallersPath implements ITypeConverter<Path> {

  @Override
  public Path convert(String value) {
    return of(value);
  }

  static Path of(String value) {
    try {
      return Path.of(System.getProperty("adder.directory", ""))
          .toAbsolutePath()
          .resolve(value)
          .normalize();
    } catch (InvalidPathException unnameable) {
      throw new TypeConversionException(
          "\"%s\" is no path here: %s. If it has letters beyond ASCII, set LC_ALL to a locale that has them, such as C.UTF-8."
              .formatted(value, unnameable.getReason()));
    }
  }
}
