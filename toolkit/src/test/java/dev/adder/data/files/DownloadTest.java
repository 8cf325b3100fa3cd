package dev.adder.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a server of this test, which cuts, lies and hangs. */
class DownloadTest {

  private static final byte[] BYTES = new byte[300_000];

  static {
    new Random(1).nextBytes(BYTES);
  }

  @TempDir private Path folder;
  private HttpServer server;
  private ExecutorService threads;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch end = new CountDownLatch(1);

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private URI at(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          requests.add(
              exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Range"));
          try (exchange) {
            answer.to(exchange);
          }
        });
    return URI.create(
        "http://%s:%d%s"
            .formatted(
                server.getAddress().getAddress().getHostAddress(),
                server.getAddress().getPort(),
                path));
  }

  /** All of it, or what the range asks for. */
  private static void all(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    exchange.sendResponseHeaders(range == null ? 200 : 206, BYTES.length - from);
    exchange.getResponseBody().write(BYTES, from, BYTES.length - from);
  }

  /** Announces all of it and gives a part. */
  private static void cut(HttpExchange exchange, int bytes) throws IOException {
    exchange.sendResponseHeaders(200, BYTES.length);
    OutputStream body = exchange.getResponseBody();
    body.write(BYTES, 0, bytes);
    body.flush();
  }

  private static RemoteFile file(URI... addresses) throws IOException {
    Path copy = Files.createTempFile("adder-test", ".bin");
    try {
      Files.write(copy, BYTES);
      return new RemoteFile(
          "data.bin", BYTES.length, Checksum.of(copy, Checksum.Kind.SHA_256), List.of(addresses));
    } finally {
      Files.delete(copy);
    }
  }

  private static Download download() {
    return new Download(Optional.empty(), Duration.ofMillis(800), Duration.ofMillis(10));
  }

  private Path fetch(URI... addresses) throws IOException {
    return download().fetch(file(addresses), folder, FetchListener.NONE);
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void a_file_arrives_whole_once_and_tells_how_far_it_is() throws IOException {
    URI address = at("/data.bin", DownloadTest::all);
    List<Long> told = new ArrayList<>();
    RemoteFile file = file(address);
    Path here = download().fetch(file, folder, (name, done, total) -> told.add(done * 10 / total));
    assertThat(here).hasBinaryContent(BYTES);
    assertThat(told).last().isEqualTo(10L);
    assertThat(left()).containsExactly("data.bin");
    download().fetch(file, folder, FetchListener.NONE);
    assertThat(requests).containsExactly("/data.bin null");
  }

  @Test
  void a_cut_download_goes_on_where_it_stopped() throws IOException {
    URI address =
        at(
            "/data.bin",
            exchange -> {
              if (requests.size() == 1) {
                cut(exchange, 100_000);
              } else {
                all(exchange);
              }
            });
    assertThat(fetch(address)).hasBinaryContent(BYTES);
    assertThat(requests).hasSize(2).last().asString().matches("/data.bin bytes=[1-9]\\d*-");
  }

  @Test
  void what_another_run_left_is_used() throws IOException {
    URI address = at("/data.bin", DownloadTest::all);
    Files.write(folder.resolve("data.bin.part"), Arrays.copyOf(BYTES, 200_000));
    assertThat(fetch(address)).hasBinaryContent(BYTES);
    assertThat(requests).containsExactly("/data.bin bytes=200000-");
  }

  @Test
  void a_server_without_ranges_begins_anew() throws IOException {
    URI address =
        at(
            "/data.bin",
            exchange -> {
              exchange.sendResponseHeaders(200, BYTES.length);
              exchange.getResponseBody().write(BYTES);
            });
    Files.write(folder.resolve("data.bin.part"), new byte[1000]);
    assertThat(fetch(address)).hasBinaryContent(BYTES);
  }

  @Test
  void a_part_that_does_not_fit_is_thrown_away() throws IOException {
    URI address =
        at(
            "/data.bin",
            exchange -> {
              if (exchange.getRequestHeaders().getFirst("Range") != null) {
                exchange.sendResponseHeaders(416, -1);
              } else {
                all(exchange);
              }
            });
    Files.write(folder.resolve("data.bin.part"), new byte[BYTES.length + 5]);
    assertThat(fetch(address)).hasBinaryContent(BYTES);
  }

  @Test
  void wrong_bytes_are_refused_and_the_next_address_is_asked() throws IOException {
    URI wrong =
        at(
            "/wrong",
            exchange -> {
              exchange.sendResponseHeaders(200, BYTES.length);
              exchange.getResponseBody().write(new byte[BYTES.length]);
            });
    URI right = at("/right", DownloadTest::all);
    assertThatThrownBy(() -> fetch(wrong))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("300000 bytes arrived whose SHA-256 is")
        .hasMessageContaining("expected " + file(wrong).checksum().hex());
    assertThat(requests).hasSize(1);
    assertThat(left()).doesNotContain("data.bin", "data.bin.part");
    assertThat(fetch(wrong, right)).hasBinaryContent(BYTES);
  }

  @Test
  void what_is_not_there_is_asked_for_once_and_a_tired_server_four_times() {
    URI missing = at("/missing", exchange -> exchange.sendResponseHeaders(404, -1));
    URI tired = at("/tired", exchange -> exchange.sendResponseHeaders(503, -1));
    assertThatThrownBy(() -> fetch(missing, tired))
        .hasMessageContaining(
            "data.bin could not be fetched (127.0.0.1: answered 404; 127.0.0.1: answered 503)")
        .hasMessageContaining("by hand");
    assertThat(requests)
        .containsExactly(
            "/missing null", "/tired null", "/tired null", "/tired null", "/tired null");
  }

  @Test
  void a_server_that_falls_silent_is_left_and_asked_again() throws IOException {
    URI address =
        at(
            "/data.bin",
            exchange -> {
              if (requests.size() > 1) {
                all(exchange);
                return;
              }
              cut(exchange, 100_000);
              try {
                assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(fetch(address)).hasBinaryContent(BYTES);
    assertThat(requests).hasSize(2);
  }

  @Test
  void a_redirection_is_followed() throws IOException {
    URI right = at("/right", DownloadTest::all);
    URI moved =
        at(
            "/moved",
            exchange -> {
              exchange.getResponseHeaders().add("Location", right.toString());
              exchange.sendResponseHeaders(302, -1);
            });
    assertThat(fetch(moved)).hasBinaryContent(BYTES);
  }

  @Test
  void the_environments_proxy_is_asked_but_not_for_what_is_near() throws IOException {
    at("/far.bin", DownloadTest::all);
    String proxy = "http://127.0.0.1:" + server.getAddress().getPort();
    Download through =
        new Download(
            Download.proxy(Map.of("HTTPS_PROXY", proxy)),
            Duration.ofSeconds(2),
            Duration.ofMillis(10));
    URI far = URI.create("http://publisher.invalid/far.bin");
    assertThat(through.fetch(file(far), folder, FetchListener.NONE)).hasBinaryContent(BYTES);
    assertThat(requests).containsExactly("http://publisher.invalid/far.bin null");

    var near = Download.proxy(Map.of("https_proxy", proxy, "no_proxy", ".invalid, localhost"));
    assertThat(near.orElseThrow().select(far)).containsExactly(Proxy.NO_PROXY);
    assertThat(near.orElseThrow().select(URI.create("http://example.org/")))
        .extracting(Proxy::type)
        .containsExactly(Proxy.Type.HTTP);
    assertThat(Download.proxy(Map.of("https_proxy", " "))).isEmpty();
    assertThatThrownBy(() -> Download.proxy(Map.of("https_proxy", "http://nowhere")))
        .hasMessageContaining("https_proxy is \"http://nowhere\"; give it as http://host:port.");
  }

  @Test
  void a_proxy_that_is_not_there_is_named_as_no_connection() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Download through =
        new Download(
            Download.proxy(Map.of("https_proxy", "127.0.0.1:" + free)),
            Duration.ofSeconds(2),
            Duration.ofMillis(10));
    RemoteFile file = file(URI.create("http://publisher.invalid/far.bin"));
    assertThatThrownBy(() -> through.fetch(file, folder, FetchListener.NONE))
        .hasMessageContaining("publisher.invalid: no connection");
  }

  @Test
  void many_at_once_fetch_a_file_once() throws Exception {
    URI address = at("/data.bin", DownloadTest::all);
    ExecutorService many = Executors.newFixedThreadPool(4);
    try {
      List<Future<Path>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(many.submit(() -> fetch(address)));
      }
      for (Future<Path> one : all) {
        assertThat(one.get()).hasBinaryContent(BYTES);
      }
    } finally {
      many.shutdownNow();
    }
    assertThat(requests).hasSize(1);
  }

  @Test
  void a_download_that_is_stopped_keeps_what_it_has() throws IOException {
    Thread fetching = Thread.currentThread();
    URI address =
        at(
            "/data.bin",
            exchange -> {
              cut(exchange, 100_000);
              try {
                Thread.sleep(100);
                fetching.interrupt();
                assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
              }
            });
    Download patient =
        new Download(Optional.empty(), Duration.ofSeconds(20), Duration.ofMillis(10));
    RemoteFile file = file(address);
    assertThatThrownBy(() -> patient.fetch(file, folder, FetchListener.NONE))
        .hasMessageContaining("stopped");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(requests).hasSize(1);
    assertThat(folder.resolve("data.bin.part")).isNotEmptyFile();
    fetching.interrupt();
    assertThatThrownBy(() -> patient.fetch(file, folder, FetchListener.NONE))
        .hasMessageContaining("Fetching data.bin was stopped.");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_disk_that_is_too_small_is_said_before_anything_is_fetched() throws IOException {
    URI address = at("/data.bin", DownloadTest::all);
    RemoteFile huge = new RemoteFile("huge", 1L << 60, file(address).checksum(), List.of(address));
    assertThatThrownBy(() -> download().fetch(huge, folder, FetchListener.NONE))
        .hasMessageContaining("huge needs")
        .hasMessageContaining("MB free");
    assertThat(requests).isEmpty();
  }

  @Test
  void files_have_plain_names_and_checksums_their_digits() {
    Checksum checksum = Checksum.gitBlob("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    assertThatThrownBy(() -> new RemoteFile("../x", 0, checksum, List.of(URI.create("http://x/"))))
        .hasMessageContaining("no plain file name");
    assertThatThrownBy(() -> new RemoteFile("x", 0, checksum, List.of()))
        .hasMessageContaining("no address");
    assertThatThrownBy(() -> Checksum.sha256("abc"))
        .hasMessageContaining("\"abc\" is no SHA-256 checksum; it has 64");
  }

  @Test
  void checksums_are_those_of_git_and_sha256sum() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThat(Checksum.gitBlob("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391").matches(empty))
        .isTrue();
    assertThat(
            Checksum.sha256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
                .matches(empty))
        .isTrue();
  }
}
