package dev.adder.data.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches files over HTTP. A download that was cut goes on where it stopped, what arrives is
 * compared with its checksum, and only then does it appear under its name, all at once. Several
 * processes may fetch the same file; one does the work.
 */
public final class Download {

  private static final int TRIES = 4;
  private static final int BUFFER = 1 << 16;
  private static final long TELL_EVERY_NANOS = 100_000_000L;

  private final HttpClient client;
  private final Duration patience;

  /** Uses the proxy that the environment names, if it names one. */
  public Download() {
    this(proxy(System.getenv()), Duration.ofSeconds(30), Duration.ofSeconds(1));
  }

  private final Duration pause;

  Download(Optional<ProxySelector> proxy, Duration patience, Duration pause) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience);
    proxy.ifPresent(builder::proxy);
    this.client = builder.build();
    this.patience = patience;
    this.pause = pause;
  }

  /** The proxy of {@code https_proxy} or {@code HTTPS_PROXY}, minding {@code no_proxy}. */
  static Optional<ProxySelector> proxy(Map<String, String> environment) {
    String named =
        environment.getOrDefault("https_proxy", environment.getOrDefault("HTTPS_PROXY", ""));
    if (named.isBlank()) {
      return Optional.empty();
    }
    URI address = URI.create(named.contains("://") ? named : "http://" + named);
    if (address.getHost() == null || address.getPort() < 0) {
      throw new IllegalArgumentException(
          "https_proxy is \"%s\"; give it as http://host:port.".formatted(named));
    }
    String direct = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
    return Optional.of(
        new DirectOrProxy(
            ProxySelector.of(new InetSocketAddress(address.getHost(), address.getPort())),
            List.of(direct.toLowerCase(Locale.ROOT).split("[,\\s]+"))));
  }

  /**
   * Fetches a file unless it is there already.
   *
   * @param file what and from where
   * @param folder made if need be
   * @return the file, whose checksum is right
   * @throws IOException if no address gives it; the sentence says what each said
   */
  public Path fetch(RemoteFile file, Path folder, FetchListener listener) throws IOException {
    Path target = folder.resolve(file.name());
    if (Files.exists(target)) {
      return target;
    }
    Files.createDirectories(folder);
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(file.name() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new IOException(folder + " cannot be locked.");
      }
      if (!Files.exists(target)) {
        requireSpace(file, folder);
        fetchLocked(file, target, listener);
      }
    } finally {
      Files.deleteIfExists(folder.resolve(file.name() + ".lock"));
    }
    return target;
  }

  private static void requireSpace(RemoteFile file, Path folder) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (file.bytes() > free) {
      throw new IOException(
          "%s needs %,d MB in %s, which has %,d MB free."
              .formatted(file.name(), file.bytes() >> 20, folder, free >> 20));
    }
  }

  private void fetchLocked(RemoteFile file, Path target, FetchListener listener)
      throws IOException {
    Path part = target.resolveSibling(file.name() + ".part");
    List<String> refusals = new ArrayList<>();
    for (URI address : file.addresses()) {
      try {
        fetchFrom(address, file, part, listener);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (IOException refusal) {
        refusals.add(address.getHost() + ": " + describe(refusal));
      }
    }
    throw new IOException(
        "%s could not be fetched. %s. What has arrived is kept; try again, or put the file into %s by hand."
            .formatted(file.name(), String.join("; ", refusals), target.getParent()));
  }

  private static String describe(IOException refusal) {
    String message = refusal.getMessage();
    return message == null || message.isBlank() ? refusal.getClass().getSimpleName() : message;
  }

  private void fetchFrom(URI address, RemoteFile file, Path part, FetchListener listener)
      throws IOException {
    IOException last = new IOException("never asked");
    for (int attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) {
        rest(pause.multipliedBy(1L << (attempt - 1)));
      }
      try {
        transfer(address, file, part, listener);
        verify(file, part);
        return;
      } catch (Refused final_) {
        throw final_;
      } catch (IOException cut) {
        last = cut;
      }
    }
    throw last;
  }

  private static void verify(RemoteFile file, Path part) throws IOException {
    Checksum found = Checksum.of(part, file.checksum().kind());
    if (!found.equals(file.checksum())) {
      long size = Files.size(part);
      Files.delete(part);
      throw new Refused(
          "%d bytes arrived whose %s is %s, expected %s"
              .formatted(size, found.kind(), found.hex(), file.checksum().hex()));
    }
  }

  /** One request; goes on behind what is there. */
  private void transfer(URI address, RemoteFile file, Path part, FetchListener listener)
      throws IOException {
    long here = Files.exists(part) ? Files.size(part) : 0;
    if (file.bytes() > 0 && here == file.bytes()) {
      return;
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(patience);
    request.header("User-Agent", "adder");
    if (here > 0) {
      request.header("Range", "bytes=" + here + "-");
    }
    HttpResponse<InputStream> response = send(request.build());
    try (InputStream in = response.body()) {
      int status = response.statusCode();
      if (status == 416) {
        Files.delete(part);
        throw new IOException("the part that is here does not fit what is offered");
      }
      if (status >= 500 || status == 429 || status == 408) {
        throw new IOException("answered " + status);
      }
      if (status != 200 && status != 206) {
        throw new Refused("answered " + status);
      }
      if (status == 200) {
        here = 0;
      }
      long total = here + response.headers().firstValueAsLong("Content-Length").orElse(-here);
      write(in, part, here, Math.max(total, file.bytes()), file.name(), listener);
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Refused("stopped");
    }
  }

  private static void write(
      InputStream in, Path part, long here, long total, String name, FetchListener listener)
      throws IOException {
    StandardOpenOption how =
        here == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND;
    long done = here;
    long told = System.nanoTime();
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (Thread.currentThread().isInterrupted()) {
          throw new Refused("stopped");
        }
        out.write(buffer, 0, n);
        done += n;
        if (System.nanoTime() - told > TELL_EVERY_NANOS) {
          told = System.nanoTime();
          listener.at(name, done, total);
        }
      }
    }
    listener.at(name, done, Math.max(done, total));
    if (done < total) {
      throw new IOException("the connection was cut after %,d of %,d bytes".formatted(done, total));
    }
  }

  private static void rest(Duration time) throws Refused {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Refused("stopped");
    }
  }

  /** An answer that asking again will not change. */
  private static final class Refused extends IOException {

    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }
}
