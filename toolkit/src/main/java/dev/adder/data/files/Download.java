package dev.adder.data.files;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Fetches files over HTTP. A download that was cut goes on where it stopped, what arrives is
 * compared with its checksum, and only then does it appear under its name, all at once. Several
 * processes may fetch the same file; one does the work.
 */
public final class Download {

  /** Ends the name of a file that is not whole yet. */
  public static final String PART = ".part";

  private static final int TRIES = 4;
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  /** One download at a time in this process; locks of files are between processes. */
  private static final Object ONE_AT_A_TIME = new Object();

  private final HttpClient client;
  private final Duration patience;
  private final Duration pause;

  /** Uses the proxy that the environment names, if it names one. */
  public Download() {
    this(proxy(System.getenv()), Duration.ofSeconds(30), Duration.ofSeconds(1));
  }

  /**
   * @param proxy to use for all addresses
   * @param patience how long nothing may arrive before the connection counts as cut
   * @param pause before the second try; doubled before each further one
   */
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
    Path lockFile = folder.resolve(file.name() + ".lock");
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IOException(folder + " cannot be locked.");
        }
        if (!Files.exists(target)) {
          requireSpace(file, folder);
          fetchLocked(file, target, listener);
        }
      } catch (FileLockInterruptionException stopped) {
        throw new IOException("Fetching " + file.name() + " was stopped.", stopped);
      }
      Files.deleteIfExists(lockFile);
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
    Path part = target.resolveSibling(file.name() + PART);
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
        "%s could not be fetched (%s). What has arrived is kept; try again, or put the file into %s by hand."
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
      } catch (Refused refused) {
        throw refused;
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
    HttpRequest.Builder request = HttpRequest.newBuilder(address).header("User-Agent", "adder");
    if (here > 0) {
      request.header("Range", "bytes=" + here + "-");
    }
    AtomicLong total = new AtomicLong(file.bytes());
    int status =
        await(
                client.sendAsync(request.build(), answer -> into(part, answer, here, total)),
                part,
                (done) -> listener.at(file.name(), done, Math.max(done, total.get())))
            .statusCode();
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
    long done = Files.size(part);
    listener.at(file.name(), done, Math.max(done, total.get()));
    if (done < total.get()) {
      throw new IOException(
          "the connection was cut after %,d of %,d bytes".formatted(done, total.get()));
    }
  }

  /** Where the body of an answer goes: behind what is there, in its place, or nowhere. */
  private static HttpResponse.BodySubscriber<Path> into(
      Path part, HttpResponse.ResponseInfo answer, long here, AtomicLong total) {
    boolean more = answer.statusCode() == 206;
    if (!more && answer.statusCode() != 200) {
      return HttpResponse.BodySubscribers.replacing(part);
    }
    long before = more ? here : 0;
    answer
        .headers()
        .firstValueAsLong("Content-Length")
        .ifPresent(length -> total.accumulateAndGet(before + length, Math::max));
    return HttpResponse.BodySubscribers.ofFile(
        part,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        more ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Waits for the answer as long as something arrives now and then, and nobody says stop. */
  private HttpResponse<Path> await(
      CompletableFuture<HttpResponse<Path>> asked, Path part, LongConsumer tell)
      throws IOException {
    long seen = -1;
    long last = System.nanoTime();
    try {
      while (true) {
        try {
          return asked.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException waiting) {
          long size = Files.exists(part) ? Files.size(part) : 0;
          if (size != seen) {
            seen = size;
            last = System.nanoTime();
            tell.accept(size);
          } else if (System.nanoTime() - last > patience.toNanos()) {
            throw new IOException("nothing arrived for " + patience.toSeconds() + " s", waiting);
          }
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Refused("stopped");
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof ConnectException
          ? new IOException("no connection", failure)
          : new IOException(failure.getCause().getMessage(), failure);
    } finally {
      asked.cancel(true);
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
