package dev.adder.paper;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;

/**
 * What an experiment compares, fixed before anything is run: methods, learning rates, seeds and
 * data, the same for all methods.
 *
 * @param name of the experiment
 * @param title in a sentence
 * @param source where the rows come from
 * @param rows methods
 * @param quick settings at {@code Scale.QUICK}
 */
public record Grid(String name, String title, String source, List<Row> rows, Quick quick) {

  /**
   * One method.
   *
   * @param id short, for files
   * @param name for people
   * @param rank of the LoRA
   * @param targets of the LoRA
   * @param channelsPercent trained channels; 0 for LoRA alone
   * @param statesPercent trained states of those; 0 for LoRA alone
   * @param paperLearningRate what the released configuration uses for RTE on Mamba-130M
   */
  public record Row(
      String id,
      String name,
      int rank,
      List<String> targets,
      double channelsPercent,
      double statesPercent,
      double paperLearningRate) {

    /** The method as a value. */
    public PeftMethod method() {
      Lora lora = Lora.of(rank, targets.toArray(String[]::new));
      return channelsPercent == 0
          ? lora
          : new SdLora(
              lora,
              Share.percent(channelsPercent),
              Share.percent(statesPercent),
              OptionalInt.empty());
    }
  }

  /**
   * Settings of the quick scale.
   *
   * @param trainingPairs in the official training file, of which a fifth becomes validation
   * @param testPairs in the test file
   * @param dataSeed of the twin
   * @param epochs passes
   * @param batchSize per step
   * @param learningRates tried for every method
   * @param seeds run for every method and rate
   */
  public record Quick(
      int trainingPairs,
      int testPairs,
      long dataSeed,
      int epochs,
      int batchSize,
      List<Double> learningRates,
      List<Long> seeds) {}

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  public Grid {
    rows = List.copyOf(rows);
  }

  /** A grid that comes with the toolkit. */
  public static Grid named(String name) throws IOException {
    try (InputStream in = Grid.class.getResourceAsStream("/dev/adder/grids/" + name + ".json")) {
      if (in == null) {
        throw new IllegalArgumentException(
            "There is no experiment \"" + name + "\". There is: sdlora-vs-lora.");
      }
      return JSON.readValue(in, Grid.class);
    }
  }
}
