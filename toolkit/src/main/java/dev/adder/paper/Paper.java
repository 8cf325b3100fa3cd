package dev.adder.paper;

import dev.adder.data.files.DataHome;
import java.io.IOException;
import tech.tablesaw.api.Table;

/** The door to the paper: its experiments, by name, and its data. */
public final class Paper {

  private Paper() {}

  /**
   * An experiment, to be told on which model and with what progress.
   *
   * @param name such as "sdlora-vs-lora"
   */
  public static Experiment experiment(String name) throws IOException {
    return new Experiment(Grid.named(name));
  }

  /** Every task: whether it is here, its sizes, metrics, licence, and what to cite. */
  public static Table data() throws IOException {
    return DataTable.of(TaskLine.all(DataHome.standard()));
  }

  /** What is known of the quick twins; of none, where none has been measured. */
  public static MeasuredTwins twins() throws IOException {
    return new MeasuredTwins(TwinCards.shipped());
  }
}
