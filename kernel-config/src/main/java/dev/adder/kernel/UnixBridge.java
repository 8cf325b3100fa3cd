package dev.adder.kernel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Connects a Unix socket to a local port, byte for byte: some front ends (Colab's) speak to kernels
 * over Unix sockets, which the ZeroMQ library for Java does not have.
 */
final class UnixBridge {

  private static final int BUFFER = 64 * 1024;

  private UnixBridge() {}

  /**
   * Listens at a path from now on.
   *
   * @param path of the socket; removed when the JVM ends
   * @param port on this machine that connections are handed to
   */
  static void open(String path, int port) throws IOException {
    Path file = Path.of(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      Files.deleteIfExists(file);
      server.bind(UnixDomainSocketAddress.of(file));
    } catch (IOException refused) {
      server.close();
      throw new IOException(
          "The kernel cannot listen at the Unix socket \"%s\": %s. Its folder must be there and writable, and the path shorter than about 100 bytes."
              .formatted(path, refused.getMessage()),
          refused);
    }
    file.toFile().deleteOnExit();
    daemon(() -> accept(server, port));
  }

  private static void accept(ServerSocketChannel server, int port) {
    try {
      while (true) {
        SocketChannel client = server.accept();
        daemon(() -> connect(client, port));
      }
    } catch (IOException closed) {
      System.getLogger(UnixBridge.class.getName())
          .log(System.Logger.Level.WARNING, "A Unix socket takes no more connections.", closed);
    }
  }

  /** Nobody at the port ends this connection, and no other. */
  private static void connect(SocketChannel client, int port) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (client;
        SocketChannel kernel = SocketChannel.open(address)) {
      daemon(() -> copy(client, kernel));
      copy(kernel, client);
    } catch (IOException nobody) {
      System.getLogger(UnixBridge.class.getName())
          .log(System.Logger.Level.WARNING, "A Unix socket leads to nobody.", nobody);
    }
  }

  /** Copies until one side closes; then the other one is closed, too. */
  private static void copy(ByteChannel from, ByteChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (from;
        to) {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException ended) {
      System.getLogger(UnixBridge.class.getName())
          .log(System.Logger.Level.DEBUG, "A connection has ended.", ended);
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "adder-bridge");
    thread.setDaemon(true);
    thread.start();
  }
}
