package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.function.BiFunction;

/**
 * A part of a model that keeps nothing but its inputs and computes the rest anew on the way back:
 * less memory for one more forward pass (gradient checkpointing; Chen et al. 2016).
 */
final class Recomputation implements FusedOperator {

  private final BiFunction<Tape, NDList, NDList> part;
  private final Tape outer;

  Recomputation(BiFunction<Tape, NDList, NDList> part, Tape outer) {
    this.part = part;
    this.outer = outer;
  }

  @Override
  public boolean accepts(NDList inputs) {
    return true;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    try (NDScope scope = new NDScope();
        Tape tape = outer.forgetting()) {
      scope.suppressNotUsedWarning();
      NDList outputs = part.apply(tape, inputs);
      NDScope.unregister(outputs);
      return outputs;
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDList wanted = new NDList();
    for (int i = 0; i < inputs.size(); i++) {
      if (gradients.needs(i)) {
        wanted.add(inputs.get(i));
      }
    }
    try (NDScope scope = new NDScope();
        Tape tape = outer.recordingAgain(wanted)) {
      scope.suppressNotUsedWarning();
      NDList outputs = part.apply(tape, inputs);
      Gradients inner = tape.backward(outputs, outputGradients);
      for (int i = 0; i < inputs.size(); i++) {
        NDArray gradient = inner.take(inputs.get(i));
        if (gradient != null) {
          NDScope.unregister(gradient);
          gradients.add(i, gradient);
        }
      }
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    return part.apply(outer, inputs);
  }
}
