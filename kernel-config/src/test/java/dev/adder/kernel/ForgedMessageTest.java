package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Whoever does not know the key cannot make the kernel do anything. */
class ForgedMessageTest {

  private static final Duration SOON = Duration.ofSeconds(120);

  @TempDir private Path folder;

  private static Wire signedBy(JsonNode connection, String key) throws Exception {
    ObjectNode changed = ((ObjectNode) connection).deepCopy().put("key", key);
    return new Wire(
        KernelConnectionProperties.parse(changed.toString()).createHMACGenerator(), "stranger");
  }

  private static ObjectNode cell(String code) {
    return KernelClient.object().put("code", code).put("silent", false);
  }

  @Test
  void a_forged_a_changed_and_a_torn_message_are_dropped_and_the_kernel_goes_on() throws Exception {
    try (KernelClient client = KernelClient.start(Map.of(), folder.resolve("log"));
        ZContext context = new ZContext()) {
      client.execute("int touched = 0;", m -> {}, SOON);
      JsonNode connection = Wire.JSON.readTree(client.connectionFile().toFile());
      ZMQ.Socket shell = context.createSocket(SocketType.DEALER);
      shell.connect("tcp://127.0.0.1:" + connection.path("shell_port").asInt());

      Wire forger = signedBy(connection, "another key");
      forger.send(shell, forger.message("execute_request", null, cell("touched = 1;")));
      shell.sendMore("<IDS|MSG>");
      shell.sendMore("");
      shell.sendMore("{\"msg_type\": \"execute_request\", \"msg_id\": \"1\"}");
      shell.sendMore("{}");
      shell.sendMore("{}");
      shell.send("{\"code\": \"touched = 2;\"}");
      shell.send("no message at all");

      StringBuilder shown = new StringBuilder();
      client.execute(
          "touched", m -> shown.append(m.content().path("data").path("text/plain").asText()), SOON);
      assertThat(shown.toString()).isEqualTo("0");

      Wire knowing = signedBy(connection, connection.path("key").asText());
      knowing.send(shell, knowing.message("execute_request", null, cell("touched = 3;")));
      shell.setReceiveTimeOut(Math.toIntExact(SOON.toMillis()));
      assertThat(knowing.read(shell)).isPresent();
      client.execute(
          "touched", m -> shown.append(m.content().path("data").path("text/plain").asText()), SOON);
      assertThat(shown.toString()).isEqualTo("03");
    }
  }
}
