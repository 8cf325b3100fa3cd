package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The outputs and gradients of a function of plain operators, by the engine. */
final class PlainOperator {

  private final UnaryOperator<NDList> reference;
  private final NDList leaves = new NDList();
  private @Nullable NDList results;

  /**
   * @param reference outputs from inputs, in plain operators
   */
  PlainOperator(UnaryOperator<NDList> reference) {
    this.reference = reference;
  }

  NDList forward(NDList inputs, boolean differentiate) {
    if (!differentiate) {
      return reference.apply(inputs);
    }
    for (NDArray input : inputs) {
      PtNDArray leaf = JniUtils.detachGradient((PtNDArray) input);
      JniUtils.attachGradient(leaf, true);
      leaves.add(leaf);
    }
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try {
      results = reference.apply(leaves);
    } finally {
      JniUtils.setGradMode(before);
    }
    NDList outputs = new NDList();
    results.forEach(result -> outputs.add(JniUtils.detachGradient((PtNDArray) result)));
    return outputs;
  }

  /** One backward of Σ ⟨output, gradient⟩, so that the engine goes through its graph once. */
  NDList backward(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDList outputs = Objects.requireNonNull(results);
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try {
      NDArray sum = outputs.get(0).mul(outputGradients.get(0)).sum();
      for (int i = 1; i < outputs.size(); i++) {
        sum = sum.add(outputs.get(i).mul(outputGradients.get(i)).sum());
      }
      NDArray one = NativeTensor.filledLike(sum, 1);
      JniUtils.backward((PtNDArray) sum, (PtNDArray) one, false, false);
    } finally {
      JniUtils.setGradMode(before);
    }
    NDList gradients = new NDList();
    for (int i = 0; i < leaves.size(); i++) {
      NDArray gradient = needed[i] ? JniUtils.getGradient((PtNDArray) leaves.get(i)) : null;
      gradients.add(
          needed[i] && gradient == null ? NativeTensor.filledLike(leaves.get(i), 0) : gradient);
    }
    return gradients;
  }
}
