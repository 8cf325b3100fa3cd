package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.kernel.cell.StopFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** {@code System.in} of cells: asks the front end for a line. */
final class FrontEndInput extends InputStream {

  private static final int LOOK_MS = 50;

  private final Wire wire;
  private final ZContext context;
  private final ZMQ.Socket socket;
  private final Supplier<Wire.@Nullable Message> running;
  private final Runnable beforeAsking;
  private byte[] line = new byte[0];
  private int next;

  /**
   * @param running the request of the running cell
   * @param beforeAsking publishes what was printed, since it is the prompt
   */
  FrontEndInput(
      Wire wire,
      ZContext context,
      ZMQ.Socket socket,
      Supplier<Wire.@Nullable Message> running,
      Runnable beforeAsking) {
    this.wire = wire;
    this.context = context;
    this.socket = socket;
    this.running = running;
    this.beforeAsking = beforeAsking;
  }

  @Override
  public synchronized int read() throws IOException {
    if (next == line.length) {
      fetch();
    }
    return line[next++] & 0xFF;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (next == line.length) {
      fetch();
    }
    int taken = Math.min(count, line.length - next);
    System.arraycopy(line, next, bytes, offset, taken);
    next += taken;
    return taken;
  }

  @Override
  public synchronized int available() {
    return line.length - next;
  }

  /** A new cell does not read what was typed for the last one. */
  synchronized void begin() {
    line = new byte[0];
    next = 0;
  }

  private void fetch() throws IOException {
    Wire.Message request = running.get();
    if (request == null || !request.content().path("allow_stdin").asBoolean(false)) {
      throw new IOException("This front end gives no input. Run the notebook interactively.");
    }
    beforeAsking.run();
    ObjectNode content = Wire.object().put("prompt", "").put("password", false);
    ZMQ.Poller poller = context.createPoller(1);
    poller.register(socket, ZMQ.Poller.POLLIN);
    try {
      // An answer to a cell that was interrupted is nobody's.
      while (poller.poll(0) > 0) {
        wire.read(socket);
      }
      // An interrupt while it is sent would close the socket's channel.
      boolean interrupted = Thread.interrupted();
      wire.send(socket, wire.message("input_request", request, content));
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      while (true) {
        StopFlag.check();
        if (poller.poll(LOOK_MS) > 0) {
          Optional<Wire.Message> answer = wire.read(socket);
          if (answer.isPresent()) {
            String value = answer.get().content().path("value").asText() + "\n";
            line = value.getBytes(StandardCharsets.UTF_8);
            next = 0;
            return;
          }
        }
      }
    } finally {
      poller.close();
    }
  }
}
