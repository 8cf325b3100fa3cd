package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.Blas;
import dev.adder.tensor.Blas.Matrix;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.Product;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Mean cross-entropy in nats of rows and an output head: −(1/m) Σ log softmax(x_i·Wᵀ)[target_i].
 * Inputs x (m, d), W (classes, d); output a scalar (1).
 *
 * <p>Logits exist for some rows at a time only. When a way back follows, forward turns them into
 * gradients at once, since the gradient of a mean is known up to the factor that comes back: no
 * logits are kept or computed twice.
 */
public final class CrossEntropy implements FusedOperator {

  /** Logits at one time. */
  private static final int MOST_LOGITS = 1 << 23;

  private static final int FEWEST_ROWS = 64;

  private final int[] targets;
  private final boolean trainsHead;
  private @Nullable NDArray ofX;
  private @Nullable NDArray ofW;

  /**
   * @param targets one class per row
   * @param trainsHead whether the gradient of W will be asked for
   */
  public CrossEntropy(int[] targets, boolean trainsHead) {
    if (targets.length == 0) {
      throw new IllegalArgumentException(
          "There are no label tokens to take a loss over; give at least one.");
    }
    this.targets = targets;
    this.trainsHead = trainsHead;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    requireRows(inputs);
    NDArray x = inputs.get(0);
    NDArray w = inputs.get(1);
    int rows = targets.length;
    int classes = Math.toIntExact(w.getShape().get(0));
    int chunk = Math.min(rows, Math.max(FEWEST_ROWS, MOST_LOGITS / classes));
    boolean ofHead = differentiate && trainsHead;
    double sum = 0;
    try (NDArray logits = x.getManager().create(new Shape(chunk, classes))) {
      Matrix all = Product.matrix(x);
      Matrix head = Product.matrix(w);
      if (differentiate) {
        ofX = x.getManager().create(x.getShape());
      }
      if (ofHead) {
        ofW = x.getManager().create(w.getShape());
      }
      for (int from = 0; from < rows; from += chunk) {
        int count = Math.min(chunk, rows - from);
        Matrix some = Product.matrix(logits).rows(0, count);
        Blas.multiply(1, all.rows(from, count), head.transpose(), 0, some);
        sum += losses(RawTensor.of(logits), from, count, classes, differentiate);
        if (differentiate) {
          Blas.multiply(1, some, head, 0, Product.matrix(ofX).rows(from, count));
        }
        if (ofHead) {
          Blas.multiply(
              1, some.transpose(), all.rows(from, count), from == 0 ? 0 : 1, Product.matrix(ofW));
        }
      }
    }
    float[] mean = {(float) (sum / rows)};
    return new NDList(RawTensor.create(x.getManager(), mean, new Shape(1)));
  }

  private double losses(RawTensor logits, int from, int count, int classes, boolean differentiate) {
    double[] losses = new double[count];
    float scale = 1f / targets.length;
    Workers.run(
        count,
        i -> {
          int target = targets[from + i];
          losses[i] =
              differentiate
                  ? Softmax.lossAndGradient(logits, i * classes, classes, target, scale)
                  : Softmax.loss(logits, i * classes, classes, target);
        });
    double sum = 0;
    for (double loss : losses) {
      sum += loss;
    }
    return sum;
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    float factor = RawTensor.of(outputGradients.get(0)).get(0);
    give(gradients, 0, Objects.requireNonNull(ofX), factor);
    if (ofW != null) {
      give(gradients, 1, ofW, factor);
    } else if (gradients.needs(1)) {
      throw new IllegalStateException(
          "The gradient of the output head is asked for, but the loss was made without it.");
    }
  }

  private static void give(GradientSink to, int input, NDArray gradient, float factor) {
    if (to.needs(input)) {
      to.add(input, factor == 1 ? gradient : gradient.muli(factor));
    } else {
      gradient.close();
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    requireRows(inputs);
    NDArray logits = inputs.get(0).matMul(inputs.get(1).transpose());
    int classes = Math.toIntExact(logits.getShape().get(1));
    long[] classOfRow = java.util.Arrays.stream(targets).asLongStream().toArray();
    NDArray oneHot =
        RawTensor.create(logits.getManager(), classOfRow, new Shape(targets.length))
            .oneHot(classes)
            .toType(logits.getDataType(), false);
    NDArray picked = logits.logSoftmax(1).mul(oneHot).sum().neg().div(targets.length);
    return new NDList(picked.reshape(1));
  }

  private void requireRows(NDList inputs) {
    Shape x = inputs.get(0).getShape();
    Shape w = inputs.get(1).getShape();
    if (x.dimension() != 2
        || w.dimension() != 2
        || x.get(1) != w.get(1)
        || x.get(0) != targets.length) {
      throw new IllegalArgumentException(
          "Cross-entropy got x %s, W %s and %d labels; expected (%d, d) and (classes, d)."
              .formatted(x, w, targets.length, targets.length));
    }
    for (int target : targets) {
      if (target < 0 || target >= w.get(0)) {
        throw new IllegalArgumentException(
            "A label is %d, but there are %d classes. Use the model's own tokenizer."
                .formatted(target, w.get(0)));
      }
    }
  }
}
