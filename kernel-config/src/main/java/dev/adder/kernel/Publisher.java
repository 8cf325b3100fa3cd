package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.notebook.MimeBundle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;

/**
 * The kernel's output socket, which any thread may use. One thread of its own sends: an interrupt
 * of a cell that is just sending would close the socket's channel for good.
 */
final class Publisher {

  private final Wire wire;
  private final ZMQ.Socket socket;
  private final BlockingQueue<Wire.Message> waiting = new LinkedBlockingQueue<>();

  Publisher(Wire wire, ZMQ.Socket socket) {
    this.wire = wire;
    this.socket = socket;
    Thread sender = new Thread(this::send, "adder-publisher");
    sender.setDaemon(true);
    sender.start();
  }

  private void send() {
    try {
      while (true) {
        wire.send(socket, waiting.take());
      }
    } catch (InterruptedException nobodyDoes) {
      throw new IllegalStateException("The thread that sends output was interrupted.", nobodyDoes);
    }
  }

  /**
   * Publishes a message.
   *
   * @param request that it belongs to; null for none
   */
  void publish(String type, Wire.@Nullable Message request, ObjectNode content) {
    Wire.Message message = wire.message(type, request, content);
    byte[] topic = type.getBytes(StandardCharsets.US_ASCII);
    Wire.Message onTopic =
        new Wire.Message(List.of(topic), message.header(), message.parent(), content);
    waiting.add(onTopic);
  }

  /**
   * Says what the kernel does.
   *
   * @param state starting, busy or idle
   */
  void status(String state, Wire.@Nullable Message request) {
    publish("status", request, Wire.object().put("execution_state", state));
  }

  void stream(String name, Wire.@Nullable Message request, String text) {
    publish("stream", request, Wire.object().put("name", name).put("text", text));
  }

  /** A bundle as data and metadata. */
  static ObjectNode content(MimeBundle bundle) {
    ObjectNode content = Wire.object();
    content.set("data", Wire.JSON.valueToTree(bundle.data()));
    content.set("metadata", Wire.object());
    return content;
  }
}
