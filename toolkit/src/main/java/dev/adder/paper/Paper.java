package dev.adder.paper;

import java.io.IOException;

/** The door to the paper: its experiments, by name. */
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
}
