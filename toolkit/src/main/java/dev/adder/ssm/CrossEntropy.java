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
import dev.adder.tensor.cuda.Cuda;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Mean cross-entropy in nats of rows and an output head: −(1/m) Σ log softmax(x_i·Wᵀ)[target_i].
 * Inputs x (m, d), W (classes, d); output a scalar (1).
 *
 * <p>When a way back follows, forward turns logits into their gradients at once, since the gradient
 * of a mean is known up to the factor that comes back. Where there are too many for one chunk, each
 * chunk's gradients are multiplied on at once too, so that no logits are kept or computed twice.
 */
public final class CrossEntropy implements FusedOperator {

  /** Logits at one time. */
  private static final int MOST_LOGITS = 1 << 23;

  private static final int FEWEST_ROWS = 64;

  private final int[] targets;
  private final boolean trainsHead;

  /** Gradient of all logits, if they fit into one chunk. */
  private @Nullable NDArray ofLogits;

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
  public Optional<FusedOperator> onGpu(NDList inputs) {
    requireRows(inputs);
    return Cuda.operator(inputs, device -> new CudaCrossEntropy(device, targets));
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    requireRows(inputs);
    NDArray x = inputs.get(0);
    NDArray w = inputs.get(1);
    int rows = targets.length;
    int classes = Math.toIntExact(w.getShape().get(0));
    int chunk = Math.min(rows, Math.max(FEWEST_ROWS, MOST_LOGITS / classes));
    double sum;
    NDArray logits = x.getManager().create(new Shape(chunk, classes));
    if (differentiate && chunk == rows) {
      sum = losses(x, w, logits, 0, rows, true);
      ofLogits = logits;
    } else {
      sum = inChunks(x, w, logits, chunk, differentiate);
      logits.close();
    }
    float[] mean = {(float) (sum / rows)};
    return new NDList(RawTensor.create(x.getManager(), mean, new Shape(1)));
  }

  private double inChunks(NDArray x, NDArray w, NDArray logits, int chunk, boolean differentiate) {
    int rows = targets.length;
    if (differentiate) {
      ofX = x.getManager().create(x.getShape());
      ofW = trainsHead ? x.getManager().create(w.getShape()) : null;
    }
    double sum = 0;
    for (int from = 0; from < rows; from += chunk) {
      int count = Math.min(chunk, rows - from);
      sum += losses(x, w, logits, from, count, differentiate);
      Matrix some = Product.matrix(logits).rows(0, count);
      if (ofX != null) {
        Blas.multiply(1, some, Product.matrix(w), 0, Product.matrix(ofX).rows(from, count));
      }
      if (ofW != null) {
        Matrix of = Product.matrix(x).rows(from, count);
        Blas.multiply(1, some.transpose(), of, from == 0 ? 0 : 1, Product.matrix(ofW));
      }
    }
    return sum;
  }

  /** The losses of some rows; their logits, or the gradients of these, are left in the tensor. */
  private double losses(
      NDArray x, NDArray w, NDArray tensor, int from, int count, boolean differentiate) {
    Blas.multiply(
        1,
        Product.matrix(x).rows(from, count),
        Product.matrix(w).transpose(),
        0,
        Product.matrix(tensor).rows(0, count));
    int classes = Math.toIntExact(w.getShape().get(0));
    RawTensor logits = RawTensor.of(tensor);
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
    if (ofLogits != null) {
      Product.addToX(gradients, 0, factor, ofLogits, inputs.get(1));
      Product.addToW(gradients, 1, factor, ofLogits, inputs.get(0));
      ofLogits.close();
      return;
    }
    gradients.offer(0, scaled(Objects.requireNonNull(ofX), factor));
    if (ofW != null) {
      gradients.offer(1, scaled(ofW, factor));
    } else if (gradients.needs(1)) {
      throw new IllegalStateException(
          "The gradient of the output head is asked for, but the loss was made without it.");
    }
  }

  private static NDArray scaled(NDArray gradient, float factor) {
    return factor == 1 ? gradient : gradient.muli(factor);
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
    NDArray picked = logits.logSoftmax(1).mul(oneHot).sum(new int[] {1});
    return new NDList(picked.mean().neg().reshape(1));
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
