package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.model.StateSpaceModel;
import dev.adder.model.Weight;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * What the channels and states of an SSM are ranked by. Scores are of every entry of A_log, by
 * channel and state; a channel's is their sum.
 */
public enum Ranking {
  /** Squared change of A_log in a warm-up: what the released code does. */
  CHANGE {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.TRAINING;
    }

    @Override
    float[][] scores(Block block) {
      return each(block.change(), (entry, g) -> g * g);
    }
  },

  /**
   * Squared change of Ā = exp(Δ A) in a warm-up: what the paper's prose says, with Δ at its bias,
   * since Δ itself differs from token to token.
   */
  DISCRETE_CHANGE {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.TRAINING;
    }

    @Override
    float[][] scores(Block block) {
      float[][] aLog = block.aLog();
      float[] delta = block.delta();
      return each(
          block.change(),
          (entry, g) -> {
            double before = aLog[entry.channel][entry.state];
            double difference =
                decay(delta[entry.channel], before + g) - decay(delta[entry.channel], before);
            return difference * difference;
          });
    }
  },

  /** Squared Ā = exp(Δ A) of the pretrained model, with Δ at its bias: what remembers longest. */
  MAGNITUDE {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.NONE;
    }

    @Override
    float[][] scores(Block block) {
      float[] delta = block.delta();
      return each(block.aLog(), (entry, a) -> Math.pow(decay(delta[entry.channel], a), 2));
    }
  },

  /** Squared gradient of A_log at the pretrained model, summed over the warm-up's batches first. */
  GRADIENT {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.GRADIENT;
    }

    @Override
    float[][] scores(Block block) {
      return each(block.gradient(), (entry, g) -> g * g);
    }
  },

  /**
   * How much the loss on the first batch rises when a channel forgets at once (A_log = 10 at all
   * its states, the released code's "zero"), spread over its states by what each of them does
   * alone. Costs one forward pass for every channel, and one for every state of the best channels.
   */
  LOSS {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.NONE;
    }

    @Override
    float[][] scores(Block block) {
      return block.lossWithout();
    }
  },

  /** At random: the control. */
  RANDOM {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.NONE;
    }

    @Override
    float[][] scores(Block block) {
      KeyedRandom random = KeyedRandom.of(block.seed).derive("selection").derive(block.layer());
      int states = block.states();
      return each(
          block.aLog(), (entry, a) -> random.uniform((long) entry.channel * states + entry.state));
    }
  };

  /** A_log of an entry that forgets at once: A is about −22026. */
  static final float FORGETS = 10;

  abstract WarmUp.Kind kind();

  /** Scores by channel and state, at least 0; larger is more important. */
  abstract float[][] scores(Block block);

  /** The ranking in a word, as in {@code by gradient}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static double decay(double delta, double aLog) {
    return Math.exp(-delta * Math.exp(aLog));
  }

  private record Entry(int channel, int state) {}

  @FunctionalInterface
  private interface Score {
    double of(Entry entry, float value);
  }

  private static float[][] each(float[][] values, Score score) {
    float[][] scores = new float[values.length][];
    for (int c = 0; c < values.length; c++) {
      scores[c] = new float[values[c].length];
      for (int n = 0; n < values[c].length; n++) {
        scores[c][n] = (float) score.of(new Entry(c, n), values[c][n]);
      }
    }
    return scores;
  }

  /** One block's A_log, with the dense change that the first phase has put beside it. */
  static final class Block {

    private final Weight aLog;
    private final NDArray change;
    private final StateSpaceModel<?> model;
    private final DoubleSupplier loss;
    private final long seed;
    private final int chosen;

    /**
     * @param chosen how many channels will be chosen
     */
    Block(Weight aLog, StateSpaceModel<?> model, DoubleSupplier loss, long seed, int chosen) {
      this.chosen = chosen;
      this.aLog = aLog;
      this.model = model;
      this.loss = loss;
      this.seed = seed;
      change = aLog.update(aLog.spec().whole()).orElseThrow().parameters().get(0).getArray();
    }

    int layer() {
      return aLog.spec().layer();
    }

    int states() {
      return Math.toIntExact(aLog.spec().shape().get(1));
    }

    float[][] aLog() {
      return rows(aLog.frozen());
    }

    float[][] change() {
      return rows(change);
    }

    float[][] gradient() {
      try (NDArray gradient = JniUtils.getGradient((PtNDArray) change)) {
        return rows(gradient);
      } finally {
        JniUtils.zeroGrad((PtNDArray) change);
      }
    }

    /** softplus(bias of Δ) by channel. */
    float[] delta() {
      WeightSpec bias =
          model.specs().stream()
              .filter(w -> w.layer() == layer() && w.target().equals("dt_proj.bias"))
              .findFirst()
              .orElseThrow();
      float[] delta = model.weight(bias.name()).frozen().toFloatArray();
      for (int c = 0; c < delta.length; c++) {
        delta[c] = (float) (Math.max(delta[c], 0) + Math.log1p(Math.exp(-Math.abs(delta[c]))));
      }
      return delta;
    }

    /**
     * What the loss rises by without a channel's memory, in equal parts at its states; in the best
     * channels, in proportion to what it rises by without each of them.
     */
    float[][] lossWithout() {
      float[][] values = aLog();
      double all = loss.getAsDouble();
      double[] rises = new double[values.length];
      for (int c = 0; c < values.length; c++) {
        rises[c] = Math.max(0, without(c, 0, states(), values) - all);
      }
      float[][] scores = new float[values.length][states()];
      for (int c = 0; c < values.length; c++) {
        Arrays.fill(scores[c], (float) (rises[c] / states()));
      }
      for (int channel : DimensionSelection.largest(rises, chosen)) {
        double[] shares = new double[states()];
        for (int n = 0; n < shares.length; n++) {
          shares[n] = Math.max(0, without(channel, n, n + 1, values) - all);
        }
        double sum = Arrays.stream(shares).sum();
        for (int n = 0; n < shares.length && sum > 0; n++) {
          scores[channel][n] = (float) (rises[channel] * shares[n] / sum);
        }
      }
      return scores;
    }

    private double without(int channel, int from, int to, float[][] values) {
      RawTensor g = RawTensor.of(change);
      int states = states();
      for (int n = from; n < to; n++) {
        g.put(channel * states + n, FORGETS - values[channel][n]);
      }
      try {
        return loss.getAsDouble();
      } finally {
        for (int n = from; n < to; n++) {
          g.put(channel * states + n, 0);
        }
      }
    }

    private static float[][] rows(NDArray matrix) {
      int rows = Math.toIntExact(matrix.getShape().get(0));
      int columns = Math.toIntExact(matrix.getShape().get(1));
      float[] flat = matrix.toFloatArray();
      float[][] values = new float[rows][];
      for (int i = 0; i < rows; i++) {
        values[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
      }
      return values;
    }
  }
}
