package dev.adder.paper;

import dev.adder.data.DataSet;
import dev.adder.data.DataSet.Sizes;
import dev.adder.data.DataSets;
import dev.adder.data.QuickTwin;
import dev.adder.data.SequenceTask;
import dev.adder.data.SequentialImages;
import dev.adder.data.Task;
import dev.adder.data.files.ByteCount;
import dev.adder.data.files.DataHome;
import dev.adder.data.files.RemoteFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What there is to say of a task in a line.
 *
 * @param task its name
 * @param title in words
 * @param sizes of the splits; 0 where the publisher's editions differ
 * @param metrics names; the first decides
 * @param state whether it is here: "twin", "cached, 2.9 MB", "to fetch" …
 * @param licence of the examples
 * @param citation of the data set
 */
public record TaskLine(
    String task,
    String title,
    Sizes sizes,
    List<String> metrics,
    String state,
    String licence,
    String citation) {

  private static final List<String> ACCURACY = List.of("accuracy");

  public TaskLine {
    metrics = List.copyOf(metrics);
  }

  /** All tasks: those of texts, then those of raw sequences. */
  public static List<TaskLine> all(DataHome home) throws IOException {
    List<TaskLine> lines = new ArrayList<>(ofTexts(home));
    lines.addAll(ofSequences(home));
    return lines;
  }

  /** Those posed as text, the paper's tables first, each twin behind its data set. */
  public static List<TaskLine> ofTexts(DataHome home) throws IOException {
    List<TwinCard> cards = TwinCards.shipped();
    List<TaskLine> lines = new ArrayList<>();
    for (DataSet dataSet : DataSets.all()) {
      lines.add(of(dataSet, home));
      QuickTwin.of(dataSet).ifPresent(twin -> lines.add(of(twin, cards)));
    }
    return lines;
  }

  /** Those of pictures as raw sequences, each twin behind its data set. */
  public static List<TaskLine> ofSequences(DataHome home) throws IOException {
    List<TaskLine> lines = new ArrayList<>();
    for (SequentialImages images : SequentialImages.values()) {
      DataSet dataSet = images.dataSet();
      lines.add(
          new TaskLine(
              images.taskName(),
              images.title(),
              images.sizes(),
              ACCURACY,
              state(dataSet, home),
              dataSet.about().licence(),
              dataSet.about().citation()));
      lines.add(of(images.quick()));
    }
    return lines;
  }

  private static TaskLine of(DataSet dataSet, DataHome home) throws IOException {
    DataSet.About about = dataSet.about();
    return new TaskLine(
        dataSet.name(),
        about.title(),
        about.sizes(),
        about.metrics(),
        state(dataSet, home),
        about.licence(),
        about.citation());
  }

  private static TaskLine of(QuickTwin twin, List<TwinCard> cards) {
    Task task = twin.task();
    String state =
        cards.stream()
            .filter(card -> card.twin().equals(twin.name()))
            .map(card -> card.data().equals(task.fingerprint()) ? ", measured" : ", card stale")
            .findFirst()
            .orElse("");
    return new TaskLine(
        task.name(),
        task.origin().title(),
        Sizes.of(task),
        task.metrics(),
        "twin" + state,
        task.origin().licence(),
        task.origin().citation());
  }

  private static TaskLine of(SequenceTask twin) {
    return new TaskLine(
        twin.name(),
        twin.origin().title(),
        new Sizes(twin.train().size(), twin.validation().size(), twin.test().size()),
        ACCURACY,
        "twin",
        twin.origin().licence(),
        twin.origin().citation());
  }

  private static String state(DataSet dataSet, DataHome home) throws IOException {
    return switch (dataSet.place(home)) {
      case CACHE -> "cached, " + ByteCount.text(dataSet.bytesHere(home));
      case HUB -> "hub cache, " + ByteCount.text(dataSet.bytesHere(home));
      case ABSENT -> toFetch(dataSet);
    };
  }

  private static String toFetch(DataSet dataSet) {
    List<RemoteFile> files = dataSet.remote();
    return files.stream().anyMatch(file -> file.bytes() == 0)
        ? "to fetch"
        : "to fetch, " + ByteCount.text(files.stream().mapToLong(RemoteFile::bytes).sum());
  }
}
