package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import dev.adder.tensor.cuda.Cuda;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * y = r / √(mean(r²) + ε) ∘ w over the last axis, where r is the input, or the sum of the residual
 * stream and a branch. Inputs r (…, d), w (d), output y (…, d); or inputs residual (…, d), branch
 * (…, d), w (d), outputs y and r.
 *
 * <p>With s = 1/√(mean(r²) + ε) and g the gradient of y: ∂w = Σ g ∘ r·s and ∂r = s·(g∘w) − r·s³/d ·
 * Σ_d (g∘w∘r), to which the gradient of the output r is added.
 */
public final class RmsNorm implements FusedOperator {

  private static final VectorSpecies<Float> SPECIES = RawTensor.SPECIES;
  private static final int LANES = RawTensor.LANES;
  private static final int ROWS_PER_PIECE = 16;

  private final double epsilon;

  /** r, and s by row. */
  private @Nullable NDArray normed;

  private @Nullable NDArray scales;

  /**
   * @param epsilon added to the mean square, usually 1e-5
   */
  public RmsNorm(double epsilon) {
    this.epsilon = epsilon;
  }

  private static NDArray weight(NDList inputs) {
    return inputs.get(inputs.size() - 1);
  }

  /** Rows that a thread works with, one piece after the other. */
  private static final class Rows {
    private static final ThreadLocal<@Nullable Rows> OF_THREAD = new ThreadLocal<>();

    private final int width;
    private final float[] row;
    private final float[] other;
    private final float[] out;
    private final float[] sums;

    private Rows(int width) {
      this.width = width;
      row = padded(width);
      other = padded(width);
      out = padded(width);
      sums = padded(width);
    }

    static Rows ofThread(int width) {
      Rows rows = OF_THREAD.get();
      if (rows == null || rows.width != width) {
        rows = new Rows(width);
        OF_THREAD.set(rows);
      }
      return rows;
    }
  }

  /** One row in an array of whole vectors, zero behind its end. */
  private static float[] padded(int width) {
    return new float[RowNorm.padded(width)];
  }

  @Override
  public Optional<FusedOperator> onGpu(NDList inputs) {
    return Cuda.operator(inputs, device -> new CudaNorm(device, epsilon));
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    NDArray first = inputs.get(0);
    boolean adds = inputs.size() > 2;
    int width = Math.toIntExact(weight(inputs).size());
    int rows = width == 0 ? 0 : Math.toIntExact(first.size() / width);
    NDArray y = first.getManager().create(first.getShape());
    NDArray r = adds ? first.getManager().create(first.getShape()) : first;
    NDArray s = first.getManager().create(new Shape(rows));
    RawTensor x = RawTensor.of(first);
    RawTensor branch = adds ? RawTensor.of(inputs.get(1)) : null;
    RawTensor sum = RawTensor.of(r);
    RawTensor to = RawTensor.of(y);
    RawTensor scale = RawTensor.of(s);
    float[] w = padded(width);
    RawTensor.of(weight(inputs)).read(0, w, 0, width);
    Workers.run(
        (rows + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE,
        piece -> {
          Rows mine = Rows.ofThread(width);
          float[] row = mine.row;
          float[] other = mine.other;
          for (int i = piece * ROWS_PER_PIECE;
              i < Math.min(rows, (piece + 1) * ROWS_PER_PIECE);
              i++) {
            x.read(i * width, row, 0, width);
            if (branch != null) {
              branch.read(i * width, other, 0, width);
              add(row, other);
              sum.write(i * width, row, 0, width);
            }
            float factor = (float) (1 / Math.sqrt(dot(row, row) / width + epsilon));
            scale.put(i, factor);
            scaled(row, w, factor);
            to.write(i * width, row, 0, width);
          }
        });
    if (differentiate) {
      normed = r;
      scales = s;
    } else {
      s.close();
    }
    return adds ? new NDList(y, r) : new NDList(y);
  }

  private static void add(float[] to, float[] from) {
    for (int i = 0; i < to.length; i += LANES) {
      FloatVector.fromArray(SPECIES, to, i)
          .add(FloatVector.fromArray(SPECIES, from, i))
          .intoArray(to, i);
    }
  }

  private static double dot(float[] a, float[] b) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < a.length; i += LANES) {
      sum = FloatVector.fromArray(SPECIES, a, i).fma(FloatVector.fromArray(SPECIES, b, i), sum);
    }
    float[] lanes = VectorMath.lanes();
    sum.intoArray(lanes, 0);
    return VectorMath.total(lanes);
  }

  /** row ← row ∘ w · factor. */
  private static void scaled(float[] row, float[] w, float factor) {
    for (int i = 0; i < row.length; i += LANES) {
      FloatVector.fromArray(SPECIES, row, i)
          .mul(factor)
          .mul(FloatVector.fromArray(SPECIES, w, i))
          .intoArray(row, i);
    }
  }

  @Override
  public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
    NDArray r = Objects.requireNonNull(normed);
    int width = Math.toIntExact(weight(inputs).size());
    int rows = Math.toIntExact(r.size() / width);
    int pieces = (rows + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE;
    int last = inputs.size() - 1;
    NDArray dr = r.getManager().create(r.getShape());
    NDArray dw = r.getManager().create(new Shape(pieces, width));
    RawTensor x = RawTensor.of(r);
    RawTensor scale = RawTensor.of(scales);
    RawTensor ofY = raw(outputGradients.get(0));
    RawTensor ofR = last > 1 ? raw(outputGradients.get(1)) : null;
    RawTensor to = RawTensor.of(dr);
    RawTensor parts = RawTensor.of(dw);
    float[] w = padded(width);
    RawTensor.of(weight(inputs)).read(0, w, 0, width);
    Workers.run(
        pieces,
        piece -> {
          Rows mine = Rows.ofThread(width);
          float[] row = mine.row;
          float[] g = mine.other;
          float[] out = mine.out;
          float[] sums = mine.sums;
          Arrays.fill(sums, 0);
          for (int i = piece * ROWS_PER_PIECE;
              i < Math.min(rows, (piece + 1) * ROWS_PER_PIECE);
              i++) {
            Arrays.fill(out, 0);
            if (ofR != null) {
              ofR.read(i * width, out, 0, width);
            }
            if (ofY != null) {
              float s = scale.get(i);
              x.read(i * width, row, 0, width);
              ofY.read(i * width, g, 0, width);
              sumWeight(g, row, s, sums);
              scaled(g, w, 1f);
              double along = dot(g, row);
              combine(g, row, s, (float) (along * s * s * s / width), out);
            }
            to.write(i * width, out, 0, width);
          }
          parts.write(piece * width, sums, 0, width);
        });
    scales.close();
    NDArray total = RowSum.of(dw, new Shape(width));
    gradients.offer(last, total);
    boolean used = false;
    for (int i = 0; i < last; i++) {
      if (gradients.needs(i)) {
        gradients.add(i, dr);
        used = true;
      }
    }
    if (!used) {
      dr.close();
    }
  }

  private static @Nullable RawTensor raw(@Nullable NDArray tensor) {
    return tensor == null ? null : RawTensor.of(tensor);
  }

  /** sums ← sums + g ∘ r · s. */
  private static void sumWeight(float[] g, float[] r, float s, float[] sums) {
    for (int i = 0; i < g.length; i += LANES) {
      FloatVector.fromArray(SPECIES, g, i)
          .mul(s)
          .fma(FloatVector.fromArray(SPECIES, r, i), FloatVector.fromArray(SPECIES, sums, i))
          .intoArray(sums, i);
    }
  }

  /** out ← out + s·gw − c·r. */
  private static void combine(float[] gw, float[] r, float s, float c, float[] out) {
    FloatVector factor = FloatVector.broadcast(SPECIES, s);
    FloatVector back = FloatVector.broadcast(SPECIES, -c);
    for (int i = 0; i < gw.length; i += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, out, i);
      sum = FloatVector.fromArray(SPECIES, gw, i).fma(factor, sum);
      FloatVector.fromArray(SPECIES, r, i).fma(back, sum).intoArray(out, i);
    }
  }

  @Override
  public NDList reference(NDList inputs) {
    boolean adds = inputs.size() > 2;
    NDArray r = adds ? inputs.get(0).add(inputs.get(1)) : inputs.get(0);
    int[] last = {r.getShape().dimension() - 1};
    NDArray root = r.square().mean(last, true).add(epsilon).sqrt();
    NDArray y = r.div(root).mul(weight(inputs));
    return adds ? new NDList(y, r) : new NDList(y);
  }
}
