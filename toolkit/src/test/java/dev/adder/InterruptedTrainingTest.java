package dev.adder;

import static dev.adder.Ssm.percent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.adapter.DimensionSelection;
import dev.adder.data.QuickRte;
import dev.adder.paper.claims.Claims;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingInterruptedException;
import dev.adder.training.TrainingLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is interrupted stops, and a run that goes on comes to the same end as one that was not. */
class InterruptedTrainingTest {

  private static PretrainedModel model;

  @BeforeAll
  static void load() throws IOException {
    model = Ssm.load("quick");
  }

  @AfterAll
  static void free() {
    model.close();
  }

  /** Interrupts its own thread at a step of a phase, and remembers all steps it was told of. */
  private static final class Interrupter implements ProgressListener {
    private final String phase;
    private final int step;
    private final List<String> told = new ArrayList<>();
    private String current = "";

    Interrupter(String phase, int step) {
      this.phase = phase;
      this.step = step;
    }

    @Override
    public void begin(String what, long steps) {
      current = what.substring(what.lastIndexOf(' ') + 1);
    }

    @Override
    public void advance(long done, String detail) {
      told.add(current + " " + done);
      if (current.equals(phase) && done == step) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void end(String summary) {}
  }

  /** Six steps, and three of the warm-up before them; made anew as a cell that is run again is. */
  private static TrainingPlan plan(ProgressListener listener) {
    return model
        .lora()
        .rank(2)
        .on("in_proj")
        .sdlora(percent(5), percent(25))
        .attach()
        .train(QuickRte.task(24, 8, 11))
        .epochs(2)
        .batchSize(8)
        .learningRate(1e-2)
        .seed(3)
        .validate(2)
        .watch(listener);
  }

  private static List<TrainingLog.Step> withoutTime(TrainedModel trained) {
    return trained.logs().stream()
        .flatMap(log -> log.steps().stream())
        .map(s -> new TrainingLog.Step(s.step(), s.loss(), s.learningRate(), s.gradientNorm(), 0))
        .toList();
  }

  private static void assertInterruptedAndGoesOn(String phase, int step, String... first) {
    try (TrainedModel whole = plan(ProgressListener.NONE).run()) {
      assertThatThrownBy(() -> plan(new Interrupter(phase, step)).run())
          .isInstanceOfSatisfying(
              TrainingInterruptedException.class,
              stopped -> assertThat(stopped.log().steps()).hasSize(step))
          .hasMessage(
              "Training was interrupted after step %d of phase \"%s\". Run it again as it is, and it goes on there."
                  .formatted(step, phase));
      Interrupter rest = new Interrupter("none", 0);
      try (TrainedModel continued = plan(rest).run()) {
        assertThat(rest.told).startsWith(first);
        assertThat(withoutTime(continued)).isEqualTo(withoutTime(whole));
        assertThat(continued.log().validations()).isEqualTo(whole.log().validations());
        assertThat(continued.selection())
            .extracting(DimensionSelection::channels)
            .isEqualTo(whole.selection().stream().map(DimensionSelection::channels).toList());
        assertThat(continued.evaluate()).isEqualTo(whole.evaluate());
      }
    }
  }

  @Test
  void a_run_goes_on_at_the_step_where_it_was_interrupted() {
    assertInterruptedAndGoesOn("main", 2, "main 3", "main 4");
  }

  @Test
  void a_warm_up_goes_on_as_well() {
    assertInterruptedAndGoesOn("warm-up", 1, "warm-up 2");
  }

  @Test
  void a_validation_that_was_interrupted_is_made_again() {
    assertInterruptedAndGoesOn("main", 3, "main 3", "main 4");
  }

  @Test
  void another_run_lets_go_of_the_interrupted_one() {
    assertThatThrownBy(() -> plan(new Interrupter("main", 2)).run())
        .isInstanceOf(TrainingInterruptedException.class);
    plan(ProgressListener.NONE).seed(4).run().close();
    Interrupter anew = new Interrupter("none", 0);
    plan(anew).run().close();
    assertThat(anew.told).startsWith("warm-up 1");
  }

  @Test
  void scoring_and_checking_stop_as_well() {
    assertStops(
        () -> model.evaluate(QuickRte.task(24, 40, 11)), "Scoring was interrupted after 0 of 40");
    assertStops(
        () -> Claims.prefixTuningIsInitialState().channels(4).states(2).trials(500).check(),
        "The check was interrupted after ");
  }

  private static void assertStops(Runnable work, String sentence) {
    Thread.currentThread().interrupt();
    assertThatThrownBy(work::run)
        .isInstanceOf(CancellationException.class)
        .hasMessageStartingWith(sentence);
    assertThat(Thread.interrupted()).isFalse();
  }
}
