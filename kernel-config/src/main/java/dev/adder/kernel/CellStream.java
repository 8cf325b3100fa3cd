package dev.adder.kernel;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What a cell prints, collected and handed on in few pieces: when {@value #LARGEST} bytes are
 * there, when somebody asks, and by the kernel's clock.
 */
final class CellStream extends OutputStream {

  private static final int LARGEST = 32 * 1024;

  private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
  private final Consumer<String> publish;

  /**
   * @param publish takes text in order
   */
  CellStream(Consumer<String> publish) {
    this.publish = publish;
  }

  PrintStream print() {
    return new PrintStream(this, false, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(int b) {
    collected.write(b);
    if (collected.size() >= LARGEST) {
      handOn();
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int count) {
    collected.write(bytes, offset, count);
    if (collected.size() >= LARGEST) {
      handOn();
    }
  }

  /** Publishes what is there, up to the last whole character. */
  synchronized void handOn() {
    if (collected.size() == 0) {
      return;
    }
    byte[] bytes = collected.toByteArray();
    int whole = wholeCharacters(bytes);
    collected.reset();
    collected.write(bytes, whole, bytes.length - whole);
    if (whole > 0) {
      publish.accept(new String(bytes, 0, whole, StandardCharsets.UTF_8));
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
