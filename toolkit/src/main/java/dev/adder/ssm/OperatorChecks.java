package dev.adder.ssm;

import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.OperatorCheck;
import java.util.List;

/** The operators of this package, to be checked on the machine at hand. */
public final class OperatorChecks {

  private static final long BATCH = 2;
  private static final long LENGTH = 70;
  private static final long CHANNELS = 197;
  private static final long STATES = 16;
  private static final int CLASSES = 3000;
  private static final double EPSILON = 1e-5;

  private OperatorChecks() {}

  /** One of each, at sizes that do not fit into vectors evenly. */
  public static List<OperatorCheck> all() {
    Shape wide = new Shape(BATCH, LENGTH, CHANNELS);
    Shape selective = new Shape(BATCH, LENGTH, STATES);
    Shape channels = new Shape(CHANNELS);
    Shape matrix = new Shape(CHANNELS, STATES);
    Shape state = new Shape(BATCH, CHANNELS, STATES);
    Shape taps = new Shape(CHANNELS, 1, 4);
    Shape[] scan = {wide, wide, channels, matrix, selective, selective, channels, wide};
    Shape[] from = java.util.Arrays.copyOf(scan, scan.length + 1);
    from[scan.length] = state;
    int[] labels = new int[Math.toIntExact(BATCH * LENGTH)];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i * 21 % CLASSES;
    }
    return List.of(
        OperatorCheck.of("scan", SelectiveScan::new, scan).negative(3),
        OperatorCheck.of("scan from a state", SelectiveScan::new, from).negative(3),
        OperatorCheck.of("convolution", CausalConvolution::new, wide, taps, channels),
        OperatorCheck.of(
            "long convolution", LongConvolution::new, wide, new Shape(LENGTH, CHANNELS), channels),
        OperatorCheck.of("norm", () -> new RmsNorm(EPSILON), wide, wide, channels),
        OperatorCheck.of("minus exp", NegativeExp::new, matrix),
        OperatorCheck.of(
            "cross-entropy",
            () -> new CrossEntropy(labels, true),
            new Shape(labels.length, 64),
            new Shape(CLASSES, 64)));
  }
}
