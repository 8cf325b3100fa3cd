package dev.adder.data;

import dev.adder.data.files.DataHome;
import dev.adder.data.files.Download;
import dev.adder.data.files.FetchListener;
import dev.adder.data.files.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A data set of the paper: where its files come from and how they become a task. Posed as released,
 * if not said otherwise.
 *
 * <pre>{@code
 * Task rte = DataSets.named("rte").load();
 * Task spider = DataSets.named("spider").corrected().read(Path.of("spider"));
 * }</pre>
 */
public final class DataSet {

  private final About about;
  private final List<RemoteFile> remote;
  private final List<Piece> pieces;
  private final Posed.Reader reader;
  private final Form form;

  /**
   * What a data set is.
   *
   * @param name such as "rte"
   * @param title in words
   * @param metrics names; the first decides
   * @param sizes of the released splits; 0 where the publisher's editions differ
   * @param oddity what the released form does oddly and the corrected one does not; empty if
   *     nothing
   * @param licence under which it is published
   * @param citation of it
   * @param hub repository and revision that the hub's tools may have fetched
   */
  public record About(
      String name,
      String title,
      List<String> metrics,
      Sizes sizes,
      String oddity,
      String licence,
      String citation,
      Hub hub) {}

  /** Numbers of examples. */
  public record Sizes(int train, int validation, int test) {

    /** Those of a task. */
    public static Sizes of(Task task) {
      return new Sizes(task.train().size(), task.validation().size(), task.test().size());
    }
  }

  /** A repository of data on the hub, at one revision. */
  public record Hub(String repository, String revision) {}

  /** Where a data set lies on this machine. */
  public enum Place {
    /** Fetched by Adder. */
    CACHE,
    /** Fetched by the hub's own tools. */
    HUB,
    /** Not here. */
    ABSENT
  }

  /**
   * A data set's files.
   *
   * @param place where they lie
   * @param files the pieces
   * @param origin in words
   */
  record Found(Place place, Shipped files, Origin origin) {}

  DataSet(About about, List<RemoteFile> remote, List<Piece> pieces, Posed.Reader reader) {
    this(about, remote, pieces, reader, Form.RELEASED);
  }

  private DataSet(
      About about, List<RemoteFile> remote, List<Piece> pieces, Posed.Reader reader, Form form) {
    this.about = about;
    this.remote = List.copyOf(remote);
    this.pieces = List.copyOf(pieces);
    this.reader = reader;
    this.form = form;
  }

  public String name() {
    return about.name();
  }

  public About about() {
    return about;
  }

  /** The files that a download fetches. */
  public List<RemoteFile> remote() {
    return remote;
  }

  /**
   * The same posed without the released code's oddities.
   *
   * @throws IllegalArgumentException if it has none
   */
  public DataSet corrected() {
    if (about.oddity().isEmpty()) {
      throw new IllegalArgumentException(
          "%s is posed without oddities; there is nothing to correct. Use it as released."
              .formatted(name()));
    }
    return new DataSet(about, remote, pieces, reader, Form.CORRECTED);
  }

  /**
   * The task, read from a folder that holds the files as their publisher ships them, unpacked or
   * not. A folder of the hub's tools will do, too.
   *
   * @throws IOException if a file is missing or damaged; the sentence names it
   */
  public Task read(Path folder) throws IOException {
    return task(open(folder, DataHome.standard(), folder.toString()));
  }

  /** The task, from this machine or, where it is not here, fetched once. */
  public Task load() throws IOException {
    return load(DataHome.standard(), FetchListener.NONE);
  }

  /** The same with a home of yours, telling how far a download has come. */
  public Task load(DataHome home, FetchListener listener) throws IOException {
    return task(find(home, listener));
  }

  Found find(DataHome home, FetchListener listener) throws IOException {
    Optional<Found> here = find(home);
    if (here.isPresent()) {
      return here.get();
    }
    fetch(home, listener);
    return open(home.folder(name()), home, made());
  }

  /** The files, if they are on this machine. */
  Optional<Found> find(DataHome home) throws IOException {
    return switch (place(home)) {
      case CACHE -> Optional.of(open(home.folder(name()), home, made()));
      case HUB -> {
        Path snapshot = hubFolder(home).orElseThrow();
        String made =
            "%s at %s, from the hub's cache"
                .formatted(about.hub().repository(), snapshot.getFileName());
        Found found = open(snapshot, home, made);
        yield Optional.of(new Found(Place.HUB, found.files(), found.origin()));
      }
      case ABSENT -> Optional.empty();
    };
  }

  /** The pieces in a folder, as their publisher ships them. */
  Shipped shipped(Path folder) throws IOException {
    return Shipped.open(folder, pieces, archiveNames(), DataHome.standard());
  }

  private Found open(Path folder, DataHome home, String made) throws IOException {
    Shipped files = Shipped.open(folder, pieces, archiveNames(), home);
    return new Found(
        Place.CACHE,
        files,
        new Origin(about.title(), made, false, about.licence(), about.citation()));
  }

  private String made() {
    return String.join(
        ", ", remote.stream().map(f -> f.name() + ", " + f.checksum().brief()).toList());
  }

  private List<String> archiveNames() {
    return remote.stream().map(RemoteFile::name).toList();
  }

  Task task(Found found) throws IOException {
    Posed posed = reader.read(found.files(), form);
    return new Task(
        form == Form.RELEASED ? name() : name() + "-corrected",
        form,
        posed.template(),
        posed.answer(),
        posed.limit(),
        posed.metrics(),
        posed.splits(),
        found.origin(),
        posed.databases());
  }

  /** Where it lies; looks at names only, not into files. */
  public Place place(DataHome home) throws IOException {
    Path folder = home.folder(name());
    if (fetched(home) || Shipped.find(List.of(folder), pieces).isPresent()) {
      return Place.CACHE;
    }
    return hubFolder(home).isPresent() ? Place.HUB : Place.ABSENT;
  }

  private boolean fetched(DataHome home) {
    return remote.stream().allMatch(f -> Files.exists(home.folder(name()).resolve(f.name())));
  }

  private Optional<Path> hubFolder(DataHome home) throws IOException {
    for (Path snapshot : home.snapshots(about.hub().repository(), about.hub().revision())) {
      List<Path> archives = Shipped.archives(snapshot, archiveNames());
      boolean packed = !archives.isEmpty() && archives.size() == archiveNames().size();
      if (packed || Shipped.find(List.of(snapshot), pieces).isPresent()) {
        return Optional.of(snapshot);
      }
    }
    return Optional.empty();
  }

  /**
   * Fetches the files that are not in the cache yet.
   *
   * @throws IOException if the network may not be used, or does not give them
   */
  public void fetch(DataHome home, FetchListener listener) throws IOException {
    if (fetched(home)) {
      return;
    }
    if (home.offline()) {
      throw new IOException(
          "%s is not on this machine, and nothing may be fetched. Run ./adder data fetch %s where there is a network, put %s into %s, or read it from a folder."
              .formatted(name(), name(), String.join(", ", archiveNames()), home.folder(name())));
    }
    Download download = new Download();
    for (RemoteFile file : remote) {
      download.fetch(file, home.folder(name()), listener);
    }
  }

  /** Bytes of its files on this machine, unpacked ones not counted; 0 if it is not here. */
  public long bytesHere(DataHome home) throws IOException {
    List<Path> files =
        switch (place(home)) {
          case CACHE -> filesIn(home.folder(name()));
          case HUB -> hubFiles(hubFolder(home).orElseThrow());
          case ABSENT -> List.of();
        };
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** Of the hub's folder only what belongs to this data set. */
  private List<Path> hubFiles(Path snapshot) throws IOException {
    Optional<Shipped> plain = Shipped.find(List.of(snapshot), pieces);
    return plain.isPresent()
        ? plain.get().all().stream().filter(Files::isRegularFile).toList()
        : Shipped.archives(snapshot, archiveNames());
  }

  @Override
  public String toString() {
    return "%s: %s (%s)".formatted(name(), about.title(), about.licence());
  }
}
