package dev.adder.data.files;

import java.util.Locale;

/** Numbers of bytes for people. */
public final class ByteCount {

  private ByteCount() {}

  /** Such as "697 kB" or "2.9 MB"; at least 1 kB. */
  public static String text(long bytes) {
    if (bytes < 999_500) {
      return String.format(Locale.ROOT, "%d kB", Math.max(1, Math.round(bytes * 1e-3)));
    }
    return String.format(Locale.ROOT, bytes < 9_950_000 ? "%.1f MB" : "%.0f MB", bytes * 1e-6);
  }
}
