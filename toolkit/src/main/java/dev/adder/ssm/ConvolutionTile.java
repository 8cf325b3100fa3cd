package dev.adder.ssm;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The causal convolution over one tile: some steps of one block of channels, a vector's lanes.
 * Arrays are by (row, lane). As in {@link ScanTile}, each loop is compiled by itself.
 */
final class ConvolutionTile {

  /** Steps of a tile. */
  static final int STEPS = 64;

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  /** A loop over some rows, which may begin behind others. */
  private interface Loop {
    void run(int from, int rows);
  }

  private static final int SUMS = 0;
  private static final int ACTIVATE = 1;
  private static final int SLOPE = 2;
  private static final int TAPS = 3;
  private static final int BIAS = 4;
  private static final int TRANSPOSED = 5;

  private final Loop[] loops = {
    this::sums, this::activate, this::slope, this::ofTaps, this::ofBias, this::transposed
  };

  private final int taps;

  /** Inputs of the rows, the K − 1 before the first row included. */
  final float[] input;

  /** The output; in backward the gradient of it, and then that of the input. */
  final float[] output;

  final float[] w;
  final float[] dw;
  final float[] bias = new float[LANES];
  final float[] dbias = new float[LANES];

  private final float[] sum;
  private final float[] gradient;

  ConvolutionTile(int taps) {
    this.taps = taps;
    input = new float[(STEPS + 2 * taps) * LANES];
    output = new float[(STEPS + taps) * LANES];
    sum = new float[(STEPS + taps) * LANES];
    gradient = new float[(STEPS + taps) * LANES];
    w = new float[taps * LANES];
    dw = new float[taps * LANES];
  }

  private void run(int loop, int from, int rows) {
    loops[loop].run(from, rows);
  }

  /** From {@link #input} to {@link #output}. */
  void forward(int rows) {
    run(SUMS, 0, rows);
    run(ACTIVATE, 0, rows);
  }

  /**
   * From {@link #input} and the gradient of the output in {@link #output} to the gradient of inputs
   * there: dx_s = Σ_k w_k g_{s + K − 1 − k}, where g is the gradient of the sum before SiLU.
   *
   * @param before inputs before the first output's step
   * @param rows outputs that the inputs reach; 0 if none has a gradient
   * @param own of these, the outputs that belong to this tile and count for w and the bias
   * @param inputs of the tile
   */
  void backward(int before, int rows, int own, int inputs) {
    Arrays.fill(gradient, 0);
    if (rows > 0) {
      run(SUMS, 0, rows);
      run(SLOPE, before, rows);
      run(TAPS, before, own);
      run(BIAS, before, own);
    }
    run(TRANSPOSED, 0, inputs);
  }

  /** Σ_k w_k x_{t−K+1+k} + bias. */
  private void sums(int none, int rows) {
    FloatVector shift = FloatVector.fromArray(SPECIES, bias, 0);
    for (int t = 0; t < rows; t++) {
      FloatVector total = shift;
      for (int k = 0; k < taps; k++) {
        total =
            FloatVector.fromArray(SPECIES, w, k * LANES)
                .fma(FloatVector.fromArray(SPECIES, input, (t + k) * LANES), total);
      }
      total.intoArray(sum, t * LANES);
    }
  }

  private void activate(int none, int rows) {
    for (int t = 0; t < rows; t++) {
      FloatVector u = FloatVector.fromArray(SPECIES, sum, t * LANES);
      u.mul(VectorMath.sigmoid(u)).intoArray(output, t * LANES);
    }
  }

  /** g ∘ d SiLU(u)/du = g ∘ σ(u)·(1 + u·(1 − σ(u))). */
  private void slope(int before, int rows) {
    for (int t = 0; t < rows; t++) {
      FloatVector u = FloatVector.fromArray(SPECIES, sum, t * LANES);
      FloatVector sigmoid = VectorMath.sigmoid(u);
      FloatVector slope = sigmoid.mul(u.sub(u.mul(sigmoid)).add(1f));
      slope
          .mul(FloatVector.fromArray(SPECIES, output, t * LANES))
          .intoArray(gradient, (before + t) * LANES);
    }
  }

  private void ofTaps(int before, int rows) {
    for (int k = 0; k < taps; k++) {
      FloatVector total = FloatVector.fromArray(SPECIES, dw, k * LANES);
      for (int t = 0; t < rows; t++) {
        total =
            FloatVector.fromArray(SPECIES, gradient, (before + t) * LANES)
                .fma(FloatVector.fromArray(SPECIES, input, (t + k) * LANES), total);
      }
      total.intoArray(dw, k * LANES);
    }
  }

  private void ofBias(int before, int rows) {
    FloatVector total = FloatVector.fromArray(SPECIES, dbias, 0);
    for (int t = 0; t < rows; t++) {
      total = total.add(FloatVector.fromArray(SPECIES, gradient, (before + t) * LANES));
    }
    total.intoArray(dbias, 0);
  }

  private void transposed(int none, int inputs) {
    for (int s = 0; s < inputs; s++) {
      FloatVector total = FloatVector.zero(SPECIES);
      for (int k = 0; k < taps; k++) {
        total =
            FloatVector.fromArray(SPECIES, w, k * LANES)
                .fma(FloatVector.fromArray(SPECIES, gradient, (s + taps - 1 - k) * LANES), total);
      }
      total.intoArray(output, s * LANES);
    }
  }
}
