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
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** One S4 layer behind a first phase, beside what it was before. */
final class S4Warmed {

  private final Map<String, Weight> weights = new HashMap<>();
  private final WeightSpec a;
  private final DoubleSupplier loss;
  private final KeyedRandom random;
  private final int chosen;

  /**
   * @param a the layer's log_A_real
   * @param loss of the model as it is at that moment
   * @param chosen how many channels will be chosen
   */
  S4Warmed(StateSpaceModel<?> model, WeightSpec a, DoubleSupplier loss, long seed, int chosen) {
    for (Weight weight : model.weights()) {
      if (weight.spec().layer() == a.layer()) {
        weights.put(weight.spec().target(), weight);
      }
    }
    this.a = a;
    this.loss = loss;
    this.chosen = chosen;
    random = KeyedRandom.of(seed).derive("selection").derive(a.layer());
  }

  int channels() {
    return Math.toIntExact(a.shape().get(0));
  }

  int states() {
    return Math.toIntExact(a.shape().get(1));
  }

  /** The random numbers of this layer's selection. */
  KeyedRandom random() {
    return random;
  }

  private NDArray trained(String target) {
    Weight weight = weights.get(target);
    return weight.update(weight.spec().whole()).orElseThrow().parameters().get(0).getArray();
  }

  /** Values before the phase; zeros for the imaginary part of real states. */
  double[] before(String target) {
    return weights.containsKey(target)
        ? RawTensor.of(weights.get(target).frozen()).toDoubleArray()
        : new double[channels() * states()];
  }

  /** Values behind the phase; zeros for the imaginary part of real states. */
  double[] after(String target) {
    return weights.containsKey(target)
        ? RawTensor.of(trained(target)).toDoubleArray()
        : new double[channels() * states()];
  }

  /** The gradient that the phase has left; zeros for the imaginary part of real states. */
  double[] gradient(String target) {
    if (!weights.containsKey(target)) {
      return new double[channels() * states()];
    }
    try (NDArray gradient = JniUtils.getGradient((PtNDArray) trained(target))) {
      return RawTensor.of(gradient).toDoubleArray();
    }
  }

  /** Numbers of C for one state: 2 if complex. */
  int partsOfC() {
    return weights.get("C").spec().shape().size() > 2 ? 2 : 1;
  }

  /** |C|² or the squared norm of its gradient, at one state. */
  double squareOfC(double[] values, int i) {
    int parts = partsOfC();
    double sum = 0;
    for (int part = 0; part < parts; part++) {
      sum += values[i * parts + part] * values[i * parts + part];
    }
    return sum;
  }

  /**
   * What the loss rises by without each channel, and in the channels that matter most without each
   * state; 0 in the others.
   */
  S4Scores.Of lossWithout() {
    double all = loss.getAsDouble();
    double[] ofChannels = new double[channels()];
    for (int c = 0; c < ofChannels.length; c++) {
      ofChannels[c] = without(c, 0, states()) - all;
    }
    double[][] ofStates = new double[channels()][states()];
    for (int channel : DimensionSelection.largest(ofChannels, chosen)) {
      for (int n = 0; n < states(); n++) {
        ofStates[channel][n] = without(channel, n, n + 1) - all;
      }
    }
    return new S4Scores.Of(ofChannels, ofStates);
  }

  /** The loss with C = 0 at some states of a channel. */
  private double without(int channel, int from, int to) {
    NDArray c = trained("C");
    int parts = partsOfC();
    int first = (channel * states() + from) * parts;
    int count = (to - from) * parts;
    double[] kept = Arrays.copyOfRange(RawTensor.of(c).toDoubleArray(), first, first + count);
    try {
      put(c, first, new double[count]);
      return loss.getAsDouble();
    } finally {
      put(c, first, kept);
    }
  }

  private static void put(NDArray tensor, int first, double[] values) {
    RawTensor memory = RawTensor.of(tensor);
    for (int i = 0; i < values.length; i++) {
      if (memory.isDouble()) {
        memory.doubles().put(first + i, values[i]);
      } else {
        memory.put(first + i, (float) values[i]);
      }
    }
  }
}
