package dev.adder.kernel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;

/**
 * Jupyter's messages on a ZeroMQ socket, signed and verified; the same for kernel and client.
 *
 * <p>A message is: identities, a delimiter, the signature, then header, parent header, metadata and
 * content as JSON.
 */
final class Wire {

  static final String PROTOCOL = "5.4";
  static final ObjectMapper JSON = new ObjectMapper();

  private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);

  /**
   * One message.
   *
   * @param identities routing frames; empty on a dealer
   * @param header of the message
   * @param parent header of the request it belongs to; empty if none
   * @param metadata such as the id of the cell
   * @param content by its type
   */
  record Message(
      List<byte[]> identities,
      ObjectNode header,
      ObjectNode parent,
      ObjectNode metadata,
      ObjectNode content) {

    Message(List<byte[]> identities, ObjectNode header, ObjectNode parent, ObjectNode content) {
      this(identities, header, parent, object(), content);
    }

    String type() {
      return header.path("msg_type").asText();
    }

    String id() {
      return header.path("msg_id").asText();
    }

    String parentId() {
      return parent.path("msg_id").asText();
    }
  }

  /** Signatures remembered to drop what is sent a second time. */
  private static final int REMEMBERED = 10_000;

  private final HMACGenerator signer;
  private final Set<String> seen = new LinkedHashSet<>();
  private final String session = UUID.randomUUID().toString();
  private final String user;

  Wire(HMACGenerator signer, String user) {
    this.signer = signer;
    this.user = user;
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** A message of this type, in answer to a request if one is given. */
  Message message(String type, @Nullable Message request, ObjectNode content) {
    ObjectNode header = JSON.createObjectNode();
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("msg_type", type);
    header.put("session", session);
    header.put("username", user);
    header.put("date", Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
    header.put("version", PROTOCOL);
    return new Message(
        request == null ? List.of() : request.identities(),
        header,
        request == null ? JSON.createObjectNode() : request.header(),
        content);
  }

  /** Sends a message; the caller owns the socket or holds its lock. */
  void send(ZMQ.Socket socket, Message message) {
    byte[][] parts = {
      bytes(message.header()),
      bytes(message.parent()),
      bytes(message.metadata()),
      bytes(message.content())
    };
    for (byte[] identity : message.identities()) {
      socket.sendMore(identity);
    }
    socket.sendMore(DELIMITER);
    socket.sendMore(signer.calculateSignature(parts));
    for (int i = 0; i < parts.length; i++) {
      socket.send(parts[i], i < parts.length - 1 ? ZMQ.SNDMORE : 0);
    }
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (IOException unwritable) {
      throw new IllegalStateException("A message cannot be written as JSON.", unwritable);
    }
  }

  /**
   * Reads a message; empty if it is malformed, not rightly signed, was read before, or if none came
   * within the socket's time limit.
   */
  Optional<Message> read(ZMQ.Socket socket) {
    List<byte[]> frames = new ArrayList<>();
    do {
      byte[] frame = socket.recv();
      if (frame == null) {
        return Optional.empty();
      }
      frames.add(frame);
    } while (socket.hasReceiveMore());
    int delimiter = 0;
    while (delimiter < frames.size() && !MessageDigest.isEqual(frames.get(delimiter), DELIMITER)) {
      delimiter++;
    }
    if (frames.size() < delimiter + 6) {
      return Optional.empty();
    }
    byte[][] parts = frames.subList(delimiter + 2, delimiter + 6).toArray(new byte[0][]);
    byte[] expected = signer.calculateSignature(parts).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(frames.get(delimiter + 1), expected) || !remember(expected)) {
      return Optional.empty();
    }
    try {
      Message message =
          new Message(
              List.copyOf(frames.subList(0, delimiter)),
              object(parts[0]),
              object(parts[1]),
              object(parts[2]),
              object(parts[3]));
      return Optional.of(message);
    } catch (IOException malformed) {
      return Optional.empty();
    }
  }

  /** Whether this signature is new; without a key there are none. */
  private synchronized boolean remember(byte[] signature) {
    if (signature.length == 0) {
      return true;
    }
    if (!seen.add(new String(signature, StandardCharsets.US_ASCII))) {
      return false;
    }
    if (seen.size() > REMEMBERED) {
      seen.remove(seen.iterator().next());
    }
    return true;
  }

  private static ObjectNode object(byte[] json) throws IOException {
    if (JSON.readTree(json) instanceof ObjectNode object) {
      return object;
    }
    throw new IOException("A part of a message is no JSON object.");
  }
}
