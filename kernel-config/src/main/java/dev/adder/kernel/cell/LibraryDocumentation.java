package dev.adder.kernel.cell;

/** Stub replaced below. */
final class LibraryDocumentation {
  private LibraryDocumentation() {}

  static String of(String signature) {
    return "";
  }
}
