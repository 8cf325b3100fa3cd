package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;

/**
 * One number for each of some places, real or complex, in double precision. As a tensor, a complex
 * number is two reals on a last axis of 2.
 *
 * @param re real parts
 * @param im imaginary parts; all 0 if the numbers are real
 * @param complex whether the tensor has the last axis
 */
@SuppressWarnings("ArrayRecordComponent")
record StateNumbers(double[] re, double[] im, boolean complex) {

  /** All 0. */
  static StateNumbers zeros(int size, boolean complex) {
    return new StateNumbers(new double[size], new double[size], complex);
  }

  /** The numbers of a tensor in float32 or float64. */
  static StateNumbers of(NDArray tensor, boolean complex) {
    double[] values = RawTensor.of(tensor).toDoubleArray();
    if (!complex) {
      return new StateNumbers(values, new double[values.length], false);
    }
    StateNumbers numbers = zeros(values.length / 2, true);
    for (int i = 0; i < numbers.size(); i++) {
      numbers.re[i] = values[2 * i];
      numbers.im[i] = values[2 * i + 1];
    }
    return numbers;
  }

  int size() {
    return re.length;
  }

  /**
   * What stands before the real part of a sum over the states: a complex state stands for itself
   * and its conjugate.
   */
  double weight() {
    return complex ? 2 : 1;
  }

  Complex get(int i) {
    return new Complex(re[i], im[i]);
  }

  void set(int i, Complex value) {
    re[i] = value.re();
    im[i] = value.im();
  }

  void add(int i, Complex value) {
    re[i] += value.re();
    im[i] += value.im();
  }

  /** As a tensor of this shape, which has the last axis if the numbers are complex. */
  NDArray tensor(NDManager manager, DataType type, Shape shape) {
    if (!complex) {
      return tensor(manager, type, shape, re);
    }
    double[] values = new double[2 * size()];
    for (int i = 0; i < size(); i++) {
      values[2 * i] = re[i];
      values[2 * i + 1] = im[i];
    }
    return tensor(manager, type, shape, values);
  }

  /** Real numbers as a tensor in float32 or float64. */
  static NDArray tensor(NDManager manager, DataType type, Shape shape, double[] values) {
    if (type == DataType.FLOAT64) {
      return RawTensor.create(manager, values, shape);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return RawTensor.create(manager, floats, shape);
  }
}
