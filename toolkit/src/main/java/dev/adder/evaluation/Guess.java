package dev.adder.evaluation;

import dev.adder.data.Answer;
import dev.adder.data.Task;
import java.util.List;

/**
 * What a rule that understands nothing scores on the test split.
 *
 * @param rule in a few words
 * @param evaluation by all of the task's metrics
 */
public record Guess(String rule, Evaluation evaluation) {

  /**
   * What can be had without understanding: {@link SurfaceCues} of a task of classes, {@link
   * TextGuesses} of a task of texts.
   */
  public static List<Guess> of(Task task) {
    return task.answer() instanceof Answer.Choice
        ? new SurfaceCues(task).guesses()
        : new TextGuesses(task).guesses();
  }
}
