package dev.adder;

import dev.adder.training.MemoryForecast;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a training step costs, known before training.
 *
 * @param memory what it takes, tensor by tensor
 * @param seconds per step, timed on random tokens; empty where a step would not fit into memory
 */
public record StepForecast(MemoryForecast memory, OptionalDouble seconds) {

  @Override
  public String toString() {
    return memory
        + "\ntime per step        "
        + (seconds.isEmpty()
            ? "      none: it does not fit"
            : String.format(Locale.ROOT, "%10.1f ms", 1000 * seconds.getAsDouble()));
  }
}
