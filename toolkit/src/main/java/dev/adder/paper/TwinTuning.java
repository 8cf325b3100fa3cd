package dev.adder.paper;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.adder.data.QuickTwin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * How all weights are tuned on a quick twin for its card; in {@code data/grids/twins.json}, and
 * settled before any method is compared.
 *
 * @param epochs passes over the training examples
 * @param batchSize examples per step
 * @param learningRate of the first step, falling linearly to 0
 * @param seeds of data order; one run each
 * @param maxNewTokens that a text may have; 0 where a class is asked for
 */
public record TwinTuning(
    int epochs, int batchSize, double learningRate, List<Long> seeds, int maxNewTokens) {

  private static final String RESOURCE = "/dev/adder/grids/twins.json";

  private record Grid(String source, Map<String, TwinTuning> twins) {}

  public TwinTuning {
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("The tuning of a twin has no seed; give at least one.");
    }
  }

  /** The tuning of a twin. */
  public static TwinTuning of(QuickTwin twin) {
    TwinTuning tuning = read().twins().get(twin.name());
    if (tuning == null) {
      throw new IllegalArgumentException(
          "data/grids/twins.json does not say how to tune %s; it has: %s."
              .formatted(twin.name(), read().twins().keySet()));
    }
    return tuning;
  }

  private static Grid read() {
    try (InputStream in = TwinTuning.class.getResourceAsStream(RESOURCE)) {
      return JsonMapper.builder().build().readValue(in, Grid.class);
    } catch (IOException failure) {
      throw new UncheckedIOException("The jar's " + RESOURCE + " cannot be read.", failure);
    }
  }
}
