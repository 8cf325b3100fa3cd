package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.function.UnaryOperator;

/**
 * A piece of the engine's graph between two cuts: plain operators that the engine differentiates.
 */
final class EnginePiece implements FusedOperator {

  private final UnaryOperator<NDList> function;
  private final NDList leaves = new NDList();
  private final NDList outputs = new NDList();

  EnginePiece(UnaryOperator<NDList> function) {
    this.function = function;
  }

  @Override
  public boolean accepts(NDList inputs) {
    return true;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    if (!differentiate) {
      NDList plain = new NDList();
      function
          .apply(inputs)
          .forEach(output -> plain.add(contiguous(JniUtils.detachGradient((PtNDArray) output))));
      return plain;
    }
    for (NDArray input : inputs) {
      PtNDArray leaf = JniUtils.detachGradient((PtNDArray) input);
      if (leaf.getDataType().isFloating() || NativeTensor.isBf16(leaf)) {
        JniUtils.attachGradient(leaf, true);
      }
      leaves.add(leaf);
    }
    JniUtils.setGradMode(true);
    try {
      outputs.addAll(function.apply(leaves));
    } finally {
      JniUtils.setGradMode(false);
    }
    NDList detached = new NDList();
    outputs.forEach(
        output -> detached.add(contiguous(JniUtils.detachGradient((PtNDArray) output))));
    return detached;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    for (int i = 0; i < outputs.size(); i++) {
      if (outputGradients.get(i) != null) {
        // The pieces of one graph are gone through one by one: it is kept until the last.
        JniUtils.backward(
            (PtNDArray) outputs.get(i), (PtNDArray) outputGradients.get(i), true, false);
      }
    }
    for (int i = 0; i < leaves.size(); i++) {
      if (gradients.needs(i)) {
        NDArray gradient = JniUtils.getGradient((PtNDArray) leaves.get(i));
        NDArray leaf = leaves.get(i);
        gradients.add(
            i, gradient == null ? NativeTensor.filledLike(leaf, 0) : contiguous(gradient));
      }
    }
    leaves.forEach(NDArray::close);
    outputs.forEach(NDArray::close);
  }

  /** The engine may hand out a view, such as a transposed or a repeated one; closes it. */
  private static NDArray contiguous(NDArray view) {
    try (NDArray flat = view.flatten();
        NDArray copy = flat.duplicate()) {
      NDArray fresh = copy.reshape(view.getShape());
      view.close();
      return fresh;
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    return function.apply(inputs);
  }
}
