package dev.adder.ssm;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The causal convolution over one tile: some steps of a group of blocks of channels, each a
 * vector's lanes. As in {@link ScanTile}, each loop is compiled by itself.
 */
final class ConvolutionTile {

  /** Steps of a tile. */
  static final int STEPS = 64;

  /** Blocks that are read and written together. */
  static final int BLOCKS = 8;

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  /** A loop over some rows of one block, which may begin behind others. */
  private interface Loop {
    void run(int block, int from, int rows);
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

  /** Numbers of one block in {@link #input}. */
  final int inputSize;

  /** Numbers of one block in {@link #output}. */
  final int outputSize;

  /** Inputs of the rows, the K − 1 before the first row included; by (block, row, lane). */
  final float[] input;

  /** The output; in backward the gradient of it, and then that of the input; as the input. */
  final float[] output;

  // By (block, tap, lane).
  final float[] w;
  final float[] dw;

  // By (block, lane).
  final float[] bias = new float[BLOCKS * LANES];
  final float[] dbias = new float[BLOCKS * LANES];

  // Of one block, by (row, lane).
  private final float[] sum;
  private final float[] gradient;

  ConvolutionTile(int taps) {
    this.taps = taps;
    inputSize = (STEPS + 2 * taps) * LANES;
    outputSize = (STEPS + taps) * LANES;
    input = new float[BLOCKS * inputSize];
    output = new float[BLOCKS * outputSize];
    sum = new float[outputSize];
    gradient = new float[outputSize];
    w = new float[BLOCKS * taps * LANES];
    dw = new float[BLOCKS * taps * LANES];
  }

  private void run(int loop, int block, int from, int rows) {
    loops[loop].run(block, from, rows);
  }

  /** From {@link #input} to {@link #output}. */
  void forward(int block, int rows) {
    run(SUMS, block, 0, rows);
    run(ACTIVATE, block, 0, rows);
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
  void backward(int block, int before, int rows, int own, int inputs) {
    Arrays.fill(gradient, 0);
    if (rows > 0) {
      run(SUMS, block, 0, rows);
      run(SLOPE, block, before, rows);
      run(TAPS, block, before, own);
      run(BIAS, block, before, own);
    }
    run(TRANSPOSED, block, 0, inputs);
  }

  /** Σ_k w_k x_{t−K+1+k} + bias. */
  private void sums(int block, int none, int rows) {
    int in = block * inputSize;
    int own = block * taps * LANES;
    FloatVector shift = FloatVector.fromArray(SPECIES, bias, block * LANES);
    for (int t = 0; t < rows; t++) {
      FloatVector total = shift;
      for (int k = 0; k < taps; k++) {
        total =
            FloatVector.fromArray(SPECIES, w, own + k * LANES)
                .fma(FloatVector.fromArray(SPECIES, input, in + (t + k) * LANES), total);
      }
      total.intoArray(sum, t * LANES);
    }
  }

  private void activate(int block, int none, int rows) {
    int out = block * outputSize;
    for (int t = 0; t < rows; t++) {
      FloatVector u = FloatVector.fromArray(SPECIES, sum, t * LANES);
      u.mul(VectorMath.sigmoid(u)).intoArray(output, out + t * LANES);
    }
  }

  /** g ∘ d SiLU(u)/du = g ∘ σ(u)·(1 + u·(1 − σ(u))). */
  private void slope(int block, int before, int rows) {
    int out = block * outputSize;
    for (int t = 0; t < rows; t++) {
      FloatVector u = FloatVector.fromArray(SPECIES, sum, t * LANES);
      FloatVector sigmoid = VectorMath.sigmoid(u);
      FloatVector slope = sigmoid.mul(u.sub(u.mul(sigmoid)).add(1f));
      slope
          .mul(FloatVector.fromArray(SPECIES, output, out + t * LANES))
          .intoArray(gradient, (before + t) * LANES);
    }
  }

  private void ofTaps(int block, int before, int rows) {
    int in = block * inputSize;
    int own = block * taps * LANES;
    for (int k = 0; k < taps; k++) {
      FloatVector total = FloatVector.fromArray(SPECIES, dw, own + k * LANES);
      for (int t = 0; t < rows; t++) {
        total =
            FloatVector.fromArray(SPECIES, gradient, (before + t) * LANES)
                .fma(FloatVector.fromArray(SPECIES, input, in + (t + k) * LANES), total);
      }
      total.intoArray(dw, own + k * LANES);
    }
  }

  private void ofBias(int block, int before, int rows) {
    FloatVector total = FloatVector.fromArray(SPECIES, dbias, block * LANES);
    for (int t = 0; t < rows; t++) {
      total = total.add(FloatVector.fromArray(SPECIES, gradient, (before + t) * LANES));
    }
    total.intoArray(dbias, block * LANES);
  }

  private void transposed(int block, int none, int inputs) {
    int out = block * outputSize;
    int own = block * taps * LANES;
    for (int s = 0; s < inputs; s++) {
      FloatVector total = FloatVector.zero(SPECIES);
      for (int k = 0; k < taps; k++) {
        total =
            FloatVector.fromArray(SPECIES, w, own + k * LANES)
                .fma(FloatVector.fromArray(SPECIES, gradient, (s + taps - 1 - k) * LANES), total);
      }
      total.intoArray(output, out + s * LANES);
    }
  }
}
