package dev.adder.paper;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.adapter.MethodJson;
import dev.adder.adapter.PeftMethod;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

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
   * @param method as a value
   * @param paperLearningRate what the released configuration uses for RTE on Mamba-130M; 0 if there
   *     is none
   */
  public record Row(String id, String name, PeftMethod method, double paperLearningRate) {}

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

  private static final ObjectMapper JSON = MethodJson.mapper().build();

  public Grid {
    rows = List.copyOf(rows);
  }

  /** A grid that comes with the toolkit. */
  public static Grid named(String name) throws IOException {
    try (InputStream in = Grid.class.getResourceAsStream("/dev/adder/grids/" + name + ".json")) {
      if (in == null) {
        throw new IllegalArgumentException(
            "There is no experiment \"" + name + "\". There are: methods, sdlora-vs-lora.");
      }
      return JSON.readValue(in, Grid.class);
    }
  }
}
