package dev.adder.data;

import dev.adder.data.files.DataHome;
import dev.adder.data.files.KeptFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A quick twin of a data set: generated examples in the files of its publisher, which the data
 * set's own reader turns into a task. Only where the examples come from differs.
 */
public final class QuickTwin {

  /** The seed of the examples that tables and cards speak of. */
  public static final long SEED = 11;

  private final String of;
  private final DataSet dataSet;
  private final Sizes sizes;
  private final String made;
  private final Writer writer;

  /**
   * How many examples are written.
   *
   * @param training in the training file, of which a fifth becomes validation where the data set
   *     has no validation file of its own in use
   * @param validation in that file; 0 where there is none
   * @param test in the file that is reported on
   */
  public record Sizes(int training, int validation, int test) {}

  /** Writes the files of a twin. */
  @FunctionalInterface
  interface Writer {
    void write(Path folder, Sizes sizes, long seed) throws IOException;
  }

  QuickTwin(String of, Sizes sizes, String made, Writer writer) {
    this(of, DataSets.named(of), sizes, made, writer);
  }

  private QuickTwin(String of, DataSet dataSet, Sizes sizes, String made, Writer writer) {
    this.of = of;
    this.dataSet = dataSet;
    this.sizes = sizes;
    this.made = made;
    this.writer = writer;
  }

  /** Such as "quick-rte". */
  public String name() {
    return "quick-" + of;
  }

  /** The data set whose twin it is. */
  public DataSet dataSet() {
    return dataSet;
  }

  /**
   * The same posed without the released code's oddities.
   *
   * @throws IllegalArgumentException if the data set has none
   */
  public QuickTwin corrected() {
    return new QuickTwin(of, dataSet.corrected(), sizes, made, writer);
  }

  /** How many examples are written if nothing else is said. */
  public Sizes sizes() {
    return sizes;
  }

  /** The same twin with other usual sizes. */
  public QuickTwin sized(Sizes other) {
    return new QuickTwin(of, dataSet, other, made, writer);
  }

  /** What examples are like, how they are drawn, and what keeps the splits apart. */
  public String made() {
    return made;
  }

  /** The task in its usual size. */
  public Task task() {
    return task(sizes, SEED);
  }

  /**
   * The task.
   *
   * @param wanted numbers of examples
   * @param seed of the examples
   * @throws IllegalArgumentException if there are not so many different ones
   */
  public Task task(Sizes wanted, long seed) {
    return inFiles(
        wanted,
        seed,
        folder -> {
          Task read = dataSet.read(folder);
          // Databases are opened when answers are scored, also by another thread, and much later.
          Task lasting = read.databases().isEmpty() ? read : dataSet.read(kept(folder));
          return lasting.as("quick-" + lasting.name(), origin(seed));
        });
  }

  /** Makes something of the twin's files. */
  @FunctionalInterface
  interface Use<T> {
    T of(Path folder) throws IOException;
  }

  /** Writes the files, uses them, and deletes them. */
  <T> T inFiles(Sizes wanted, long seed, Use<T> use) {
    try {
      Path folder = Files.createTempDirectory("adder-" + name());
      try {
        write(folder, wanted, seed);
        return use.of(folder);
      } finally {
        KeptFolder.delete(folder);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "The quick twin of %s could not be written: %s".formatted(of, failure.getMessage()),
          failure);
    }
  }

  private Path kept(Path folder) throws IOException {
    return KeptFolder.keep(folder, DataHome.standard().cache().resolve("twins"), name());
  }

  /** Where examples of this seed come from. */
  Origin origin(long seed) {
    return new Origin(
        dataSet.about().title() + ", quick twin",
        "generated with seed " + seed,
        true,
        "Apache-2.0, as Adder",
        dataSet.about().citation());
  }

  /** Writes the files as the data set's publisher ships them. */
  public void write(Path folder, Sizes wanted, long seed) throws IOException {
    writer.write(folder, wanted, seed);
  }

  @Override
  public String toString() {
    return "%s: %s".formatted(name(), made);
  }

  /** The twins of all data sets of the paper's tables, in the tables' order. */
  public static List<QuickTwin> all() {
    return QuickTwins.ALL;
  }

  /** The twins of data sets that stand in none of the paper's tables. */
  public static List<QuickTwin> others() {
    return List.of(QuickMnist.TWIN);
  }

  /** The twin of a data set, if it has one. */
  public static Optional<QuickTwin> of(DataSet dataSet) {
    return Stream.concat(all().stream(), others().stream())
        .filter(twin -> twin.of.equals(dataSet.name()))
        .findFirst();
  }

  /**
   * The twin of a data set.
   *
   * @param name of the data set, with or without "quick-"
   * @throws IllegalArgumentException if it has none; the sentence lists those there are
   */
  public static QuickTwin named(String name) {
    List<QuickTwin> twins = Stream.concat(all().stream(), others().stream()).toList();
    return twins.stream()
        .filter(twin -> twin.of.equals(name) || twin.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no quick twin \"%s\". There are: %s."
                        .formatted(
                            name,
                            String.join(", ", twins.stream().map(QuickTwin::name).toList()))));
  }
}
