package dev.adder.kernel;

import java.io.PrintStream;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/** Keeps logging out of cells: what libraries log goes to the log of Jupyter's server. */
final class Logs {

  private Logs() {}

  /**
   * Sends the JDK's logging to a stream.
   *
   * @param server the process's own error stream, before cells get theirs
   */
  static void to(PrintStream server) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      if (handler instanceof ConsoleHandler) {
        root.removeHandler(handler);
      }
    }
    root.addHandler(
        new StreamHandler(server, new SimpleFormatter()) {
          @Override
          public synchronized void publish(java.util.logging.LogRecord record) {
            super.publish(record);
            flush();
          }
        });
  }
}
