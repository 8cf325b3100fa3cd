package dev.adder.kernel;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What cells print on their two streams, collected in order and handed on in few pieces: by the
 * clock, when the stream changes, before anything else is shown, and when a piece is full; then who
 * prints waits a moment, so that no front end drowns.
 */
final class CellPrinter {

  /** Takes a piece of a stream. */
  @FunctionalInterface
  interface Sink {
    void print(String stream, String text);
  }

  private static final int LARGEST_PIECE = 1 << 20;
  private static final long PAUSE_MS = 40;

  /** More than this of one cell helps nobody and makes the notebook unusable. */
  private static final long MOST_OF_A_CELL = 16L << 20;

  private final Sink sink;
  private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
  private @Nullable String stream;
  private long printed;

  CellPrinter(Sink sink) {
    this.sink = sink;
  }

  /**
   * What takes the place of {@code System.out} or {@code System.err}.
   *
   * @param name stdout or stderr
   */
  PrintStream stream(String name) {
    OutputStream bytes =
        new OutputStream() {
          @Override
          public void write(int b) {
            collect(name, new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int count) {
            collect(name, bytes, offset, count);
          }
        };
    return new PrintStream(bytes, false, StandardCharsets.UTF_8);
  }

  /** A new cell may print as much again. */
  synchronized void begin() {
    handOn();
    printed = 0;
  }

  private synchronized void collect(String name, byte[] bytes, int offset, int count) {
    if (!name.equals(stream)) {
      handOn();
      stream = name;
    }
    long before = printed;
    printed += count;
    if (printed <= MOST_OF_A_CELL) {
      collected.write(bytes, offset, count);
    } else if (before <= MOST_OF_A_CELL) {
      byte[] notice =
          "\n… More than %d MB were printed; the rest is left out. Write it to a file.\n"
              .formatted(MOST_OF_A_CELL >> 20)
              .getBytes(StandardCharsets.UTF_8);
      collected.write(notice, 0, notice.length);
    }
    if (collected.size() >= LARGEST_PIECE) {
      handOn();
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Publishes what is there, up to the last whole character. */
  synchronized void handOn() {
    if (collected.size() == 0 || stream == null) {
      return;
    }
    byte[] bytes = collected.toByteArray();
    int whole = wholeCharacters(bytes);
    collected.reset();
    collected.write(bytes, whole, bytes.length - whole);
    if (whole > 0) {
      sink.print(stream, new String(bytes, 0, whole, StandardCharsets.UTF_8));
    }
  }

  /** Length without a character cut off at the end. */
  private static int wholeCharacters(byte[] bytes) {
    int start = bytes.length - 1;
    while (start > 0 && start > bytes.length - 4 && (bytes[start] & 0xC0) == 0x80) {
      start--;
    }
    int lead = bytes[start] & 0xFF;
    int needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return start + needed > bytes.length && lead >= 0xC0 ? start : bytes.length;
  }
}
