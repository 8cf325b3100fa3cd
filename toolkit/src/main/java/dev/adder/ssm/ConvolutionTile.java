package dev.adder.ssm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The causal convolution over one tile: some steps of a group of blocks of channels, each a
 * vector's lanes. As in {@link ScanTile}, each loop is compiled by itself.
 */
final class ConvolutionTile extends TileMemory {

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

  final int taps;

  /** Numbers of one block in {@link #input}. */
  final int inputSize;

  /** Numbers of one block in {@link #output}. */
  final int outputSize;

  /** Inputs of the rows, the K − 1 before the first row included; by (block, row, lane). */
  final int input;

  /** The output; in backward the gradient of it, and then that of the input; as the input. */
  final int output;

  // By (block, tap, lane).
  final int w;
  final int dw;

  // By (block, lane).
  final int bias;
  final int dbias;

  // Of one block, by (row, lane).
  private final int sum;
  private final int gradient;

  ConvolutionTile(int taps) {
    this.taps = taps;
    inputSize = (STEPS + 2 * taps) * LANES;
    outputSize = (STEPS + taps) * LANES;
    input = range(BLOCKS * inputSize);
    output = range(BLOCKS * outputSize);
    sum = range(outputSize);
    gradient = range(outputSize);
    w = range(BLOCKS * taps * LANES);
    dw = range(BLOCKS * taps * LANES);
    bias = range(BLOCKS * LANES);
    dbias = range(BLOCKS * LANES);
    allocate();
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
    clear(gradient, outputSize);
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
    int in = begin() + input + block * inputSize;
    int own = begin() + w + block * taps * LANES;
    int to = begin() + sum;
    FloatVector shift = load(begin() + bias + block * LANES);
    for (int t = 0; t < rows; t++) {
      FloatVector total = shift;
      for (int k = 0; k < taps; k++) {
        total = load(own + k * LANES).fma(load(in + (t + k) * LANES), total);
      }
      store(total, to + t * LANES);
    }
  }

  private void activate(int block, int none, int rows) {
    int from = begin() + sum;
    int to = begin() + output + block * outputSize;
    for (int t = 0; t < rows; t++) {
      FloatVector u = load(from + t * LANES);
      store(u.mul(VectorMath.sigmoid(u)), to + t * LANES);
    }
  }

  /** g ∘ d SiLU(u)/du = g ∘ σ(u)·(1 + u·(1 − σ(u))). */
  private void slope(int block, int before, int rows) {
    int from = begin() + sum;
    int of = begin() + output + block * outputSize;
    int to = begin() + gradient + before * LANES;
    for (int t = 0; t < rows; t++) {
      FloatVector u = load(from + t * LANES);
      FloatVector sigmoid = VectorMath.sigmoid(u);
      FloatVector slope = sigmoid.mul(u.sub(u.mul(sigmoid)).add(1f));
      store(slope.mul(load(of + t * LANES)), to + t * LANES);
    }
  }

  private void ofTaps(int block, int before, int rows) {
    int in = begin() + input + block * inputSize;
    int from = begin() + gradient + before * LANES;
    int to = begin() + dw + block * taps * LANES;
    for (int k = 0; k < taps; k++) {
      FloatVector total = load(to + k * LANES);
      for (int t = 0; t < rows; t++) {
        total = load(from + t * LANES).fma(load(in + (t + k) * LANES), total);
      }
      store(total, to + k * LANES);
    }
  }

  private void ofBias(int block, int before, int rows) {
    int from = begin() + gradient + before * LANES;
    int to = begin() + dbias + block * LANES;
    FloatVector total = load(to);
    for (int t = 0; t < rows; t++) {
      total = total.add(load(from + t * LANES));
    }
    store(total, to);
  }

  private void transposed(int block, int none, int inputs) {
    int own = begin() + w + block * taps * LANES;
    int from = begin() + gradient + (taps - 1) * LANES;
    int to = begin() + output + block * outputSize;
    for (int s = 0; s < inputs; s++) {
      FloatVector total = FloatVector.zero(SPECIES);
      for (int k = 0; k < taps; k++) {
        total = load(own + k * LANES).fma(load(from + (s - k) * LANES), total);
      }
      store(total, to + s * LANES);
    }
  }
}
