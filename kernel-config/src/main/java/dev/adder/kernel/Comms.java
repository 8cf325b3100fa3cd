package dev.adder.kernel;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.notebook.Comm;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The channels between cells and the front end. */
final class Comms {

  private final Map<String, Consumer<Comm>> targets = new ConcurrentHashMap<>();
  private final Map<String, Channel> open = new ConcurrentHashMap<>();
  private final BiConsumer<String, ObjectNode> publish;

  /**
   * @param publish takes the type and the content of a message on the output socket
   */
  Comms(BiConsumer<String, ObjectNode> publish) {
    this.publish = publish;
  }

  /** One channel. */
  private final class Channel implements Comm {

    private final String id;
    private final String target;
    private volatile Consumer<Map<String, Object>> receiver = data -> {};

    Channel(String id, String target) {
      this.id = id;
      this.target = target;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void send(Map<String, Object> data) {
      publish.accept("comm_msg", content(id, data));
    }

    @Override
    public void onMessage(Consumer<Map<String, Object>> newReceiver) {
      receiver = newReceiver;
    }

    @Override
    public void close() {
      if (open.remove(id) != null) {
        publish.accept("comm_close", content(id, Map.of()));
      }
    }
  }

  private static ObjectNode content(String id, Map<String, Object> data) {
    ObjectNode content = Wire.object().put("comm_id", id);
    content.set("data", Wire.JSON.valueToTree(data));
    return content;
  }

  void onOpen(String target, Consumer<Comm> opened) {
    targets.put(target, opened);
  }

  Comm open(String target, Map<String, Object> data) {
    Channel channel = new Channel(UUID.randomUUID().toString(), target);
    open.put(channel.id(), channel);
    publish.accept("comm_open", content(channel.id(), data).put("target_name", target));
    return channel;
  }

  /** Takes a message of the front end. A channel to a target that nobody has is closed again. */
  void take(String type, JsonNode content) {
    String id = content.path("comm_id").asText();
    Channel channel = open.get(id);
    switch (type) {
      case "comm_open" -> opened(id, content.path("target_name").asText());
      case "comm_msg" -> {
        if (channel != null) {
          channel.receiver.accept(data(content));
        }
      }
      case "comm_close" -> open.remove(id);
      default ->
          throw new IllegalArgumentException("\"%s\" is no message of a comm.".formatted(type));
    }
  }

  private void opened(String id, String target) {
    Consumer<Comm> taker = targets.get(target);
    if (taker == null) {
      publish.accept("comm_close", content(id, Map.of()));
      return;
    }
    Channel channel = new Channel(id, target);
    open.put(id, channel);
    taker.accept(channel);
  }

  private static Map<String, Object> data(JsonNode content) {
    return Wire.JSON.convertValue(content.path("data"), new TypeReference<>() {});
  }

  /** Open channels by id, each with its target. */
  ObjectNode info(String target) {
    ObjectNode comms = Wire.object();
    open.forEach(
        (id, channel) -> {
          if (target.isEmpty() || target.equals(channel.target)) {
            comms.putObject(id).put("target_name", channel.target);
          }
        });
    return comms;
  }
}
