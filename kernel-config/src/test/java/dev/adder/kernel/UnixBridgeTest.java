package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Both ends are real sockets. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class UnixBridgeTest {

  /** The common pool may have one thread only, where one of two that wait for each other waits. */
  private static final Executor ON_ITS_OWN = task -> new Thread(task).start();

  @TempDir private Path folder;
  private ServerSocket kernel;
  private Path path;

  @BeforeEach
  void open() throws IOException {
    kernel = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    path = folder.resolve("socket-1");
    // Left behind by a kernel that was killed.
    Files.createFile(path);
    UnixBridge.open(path.toString(), kernel.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    kernel.close();
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String receive(SocketChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(100);
    int read = channel.read(buffer);
    return read < 0 ? "closed" : new String(buffer.array(), 0, read, StandardCharsets.UTF_8);
  }

  @Test
  void megabytes_pass_in_both_directions_at_once() throws Exception {
    byte[] sent = new byte[3_000_000];
    new Random(1).nextBytes(sent);
    try (SocketChannel client = connect();
        Socket served = kernel.accept()) {
      CompletableFuture<Void> echo =
          CompletableFuture.runAsync(
              () -> {
                try {
                  served.getInputStream().transferTo(served.getOutputStream());
                } catch (IOException broken) {
                  throw new java.io.UncheckedIOException(broken);
                }
              },
              ON_ITS_OWN);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                ByteBuffer bytes = ByteBuffer.wrap(sent);
                try {
                  while (bytes.hasRemaining()) {
                    client.write(bytes);
                  }
                } catch (IOException broken) {
                  throw new java.io.UncheckedIOException(broken);
                }
              },
              ON_ITS_OWN);
      ByteBuffer received = ByteBuffer.allocate(sent.length);
      while (received.hasRemaining()) {
        assertThat(client.read(received)).isPositive();
      }
      writing.join();
      assertThat(received.array()).isEqualTo(sent);
      client.close();
      echo.join();
    }
  }

  @Test
  void several_clients_are_kept_apart() throws Exception {
    try (SocketChannel first = connect();
        Socket firstServed = kernel.accept();
        SocketChannel second = connect();
        Socket secondServed = kernel.accept()) {
      secondServed.getOutputStream().write("two".getBytes(StandardCharsets.UTF_8));
      firstServed.getOutputStream().write("one".getBytes(StandardCharsets.UTF_8));
      assertThat(receive(first)).isEqualTo("one");
      assertThat(receive(second)).isEqualTo("two");
      send(first, "back");
      assertThat(firstServed.getInputStream().readNBytes(4)).asString().isEqualTo("back");
    }
  }

  @Test
  void when_one_side_closes_the_other_is_closed_and_the_next_client_is_served() throws Exception {
    try (SocketChannel client = connect()) {
      kernel.accept().close();
      assertThat(receive(client)).isEqualTo("closed");
    }
    try (SocketChannel client = connect();
        Socket served = kernel.accept()) {
      client.close();
      assertThat(served.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void a_client_that_finds_no_kernel_is_closed_and_the_socket_goes_on() throws Exception {
    int port = kernel.getLocalPort();
    kernel.close();
    try (SocketChannel client = connect()) {
      assertThat(receive(client)).isEqualTo("closed");
    }
    kernel = new ServerSocket(port, 5, InetAddress.getLoopbackAddress());
    try (SocketChannel client = connect();
        Socket served = kernel.accept()) {
      send(client, "again");
      assertThat(served.getInputStream().readNBytes(5)).asString().isEqualTo("again");
    }
  }

  @Test
  void a_path_that_cannot_be_a_socket_is_told_in_a_sentence() {
    String path = folder.resolve("x".repeat(200)).toString();
    assertThatThrownBy(() -> UnixBridge.open(path, 1))
        .hasMessageContaining("cannot listen at the Unix socket \"" + path)
        .hasMessageContaining("shorter than about 100 bytes");
    assertThatThrownBy(() -> UnixBridge.open(folder.resolve("none/s").toString(), 1))
        .hasMessageContaining("Its folder must be there");
  }
}
