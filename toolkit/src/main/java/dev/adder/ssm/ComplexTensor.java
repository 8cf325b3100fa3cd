package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.adder.tensor.Scaling;

/** A real or complex tensor in plain operators that the engine can differentiate. */
record ComplexTensor(NDArray re, NDArray im) {

  /** A tensor whose last axis holds the two parts, or a real one. */
  static ComplexTensor of(NDArray tensor, boolean complex) {
    return complex
        ? new ComplexTensor(tensor.get(new NDIndex("..., 0")), tensor.get(new NDIndex("..., 1")))
        : new ComplexTensor(tensor, tensor.zerosLike());
  }

  ComplexTensor plus(ComplexTensor other) {
    return new ComplexTensor(re.add(other.re), im.add(other.im));
  }

  ComplexTensor minus(ComplexTensor other) {
    return new ComplexTensor(re.sub(other.re), im.sub(other.im));
  }

  ComplexTensor times(ComplexTensor other) {
    return new ComplexTensor(
        re.mul(other.re).sub(im.mul(other.im)), re.mul(other.im).add(im.mul(other.re)));
  }

  /** Times a real tensor. */
  ComplexTensor times(NDArray real) {
    return new ComplexTensor(re.mul(real), im.mul(real));
  }

  ComplexTensor over(ComplexTensor other) {
    NDArray norm = other.re.mul(other.re).add(other.im.mul(other.im));
    ComplexTensor product = times(new ComplexTensor(other.re, other.im.neg()));
    return new ComplexTensor(product.re.div(norm), product.im.div(norm));
  }

  ComplexTensor exp() {
    NDArray size = re.exp();
    return new ComplexTensor(size.mul(im.cos()), size.mul(im.sin()));
  }

  /** The sum over the last axis, with conjugates where the numbers are complex. */
  NDArray sum(boolean complex) {
    NDArray sum = re.sum(new int[] {re.getShape().dimension() - 1});
    return complex ? Scaling.times(sum, 2) : sum;
  }

  /** One tensor again. */
  NDArray joined(boolean complex) {
    return complex ? NDArrays.stack(new NDList(re, im), re.getShape().dimension()) : re;
  }
}
