package dev.adder.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where data sets lie on this machine.
 *
 * @param cache what Adder fetched and unpacked
 * @param hub what Hugging Face's tools fetched; only read
 * @param offline whether nothing may be fetched
 */
public record DataHome(Path cache, Path hub, boolean offline) {

  /** Names another folder for {@link #cache}. */
  public static final String CACHE = "ADDER_DATA";

  /** Set to anything but 0 or false, nothing is fetched. */
  public static final String OFFLINE = "ADDER_OFFLINE";

  /** What the environment says: {@value #CACHE}, {@value #OFFLINE}, and the hub's own variables. */
  public static DataHome standard() {
    return of(System.getenv());
  }

  /** The same by another environment. */
  public static DataHome of(Map<String, String> environment) {
    return of(environment, Path.of(System.getProperty("user.home")));
  }

  static DataHome of(Map<String, String> environment, Path user) {
    Path caches = path(environment, "XDG_CACHE_HOME", user.resolve(".cache"));
    Path hugging = path(environment, "HF_HOME", caches.resolve("huggingface"));
    return new DataHome(
        path(environment, CACHE, caches.resolve("adder").resolve("data")),
        path(environment, "HF_HUB_CACHE", hugging.resolve("hub")),
        set(environment, OFFLINE) || set(environment, "HF_HUB_OFFLINE"));
  }

  private static Path path(Map<String, String> environment, String name, Path otherwise) {
    String value = environment.getOrDefault(name, "");
    return value.isBlank() ? otherwise : Path.of(value);
  }

  private static boolean set(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    return !List.of("", "0", "false", "no", "off")
        .contains(value.toLowerCase(java.util.Locale.ROOT));
  }

  /** The same place, fetching nothing. */
  public DataHome withoutNetwork() {
    return new DataHome(cache, hub, true);
  }

  /** Where the fetched files of a data set lie, or would. */
  public Path folder(String dataSet) {
    return cache.resolve(dataSet);
  }

  /**
   * What the hub's tools keep of a data set's repository: the pinned revision first.
   *
   * @param repository such as "nyu-mll/glue"
   */
  public List<Path> snapshots(String repository, String revision) throws IOException {
    Path snapshots = hub.resolve("datasets--" + repository.replace("/", "--")).resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(snapshots)) {
      all.filter(Files::isDirectory).sorted().forEach(found::add);
    }
    Path pinned = snapshots.resolve(revision);
    if (found.remove(pinned)) {
      found.add(0, pinned);
    }
    return found;
  }
}
