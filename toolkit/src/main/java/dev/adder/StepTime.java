package dev.adder;

import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.Attachment;
import dev.adder.adapter.PeftMethod;
import dev.adder.data.TokenBatch;
import dev.adder.model.Mamba;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.training.Objective;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.util.Arrays;
import java.util.List;

/** Times training steps on random tokens; what they train is thrown away. */
final class StepTime {

  /** Steps before anything is timed: memory is touched, and code compiled. */
  private static final int WARM_UP = 3;

  private static final int TIMED = 7;

  private StepTime() {}

  /** Median seconds of a step. */
  static double of(
      PretrainedModel model, PeftMethod method, int batch, int length, boolean checkpointing) {
    TokenBatch tokens = tokens(model.config().vocabSize(), batch, length);
    TrainingSettings settings =
        TrainingSettings.PAPER.learningRate(1e-6).checkpointing(checkpointing);
    KeyedRandom random = KeyedRandom.of(0);
    try (AdaptedModel<Mamba> adapted =
            AdaptedModel.attach(
                model.mamba(), attachments(model, method), model.manager(), random);
        TrainingLoop loop = new TrainingLoop(adapted.model(), settings, random)) {
      double[] ends = new double[WARM_UP + TIMED];
      loop.run(
          "timing",
          Objective.nextToken(adapted.model(), step -> tokens),
          ends.length,
          ends.length,
          (step, log) -> ends[step.step() - 1] = step.seconds());
      double[] seconds = new double[TIMED];
      for (int i = 0; i < TIMED; i++) {
        seconds[i] = ends[WARM_UP + i] - ends[WARM_UP + i - 1];
      }
      Arrays.sort(seconds);
      return seconds[TIMED / 2];
    }
  }

  /** Of the first phase where there is one: its choice is what the second one lacks. */
  private static List<Attachment> attachments(PretrainedModel model, PeftMethod method) {
    List<WeightSpec> weights = MambaWeights.of(model.config());
    return method
        .warmUp()
        .map(warmUp -> warmUp.attachments(weights))
        .orElseGet(() -> method.attachments(weights, List.of()));
  }

  private static TokenBatch tokens(int vocabulary, int batch, int length) {
    int[] inputs = new int[batch * length];
    int[] targets = new int[batch * length];
    Arrays.fill(targets, TokenBatch.IGNORED);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = KeyedRandom.of(3).below(i, vocabulary);
      // As in a classification: one target for each sequence, behind its last token.
      if (i % length == length - 1) {
        targets[i] = inputs[i];
      }
    }
    return new TokenBatch(batch, length, inputs, targets);
  }
}
