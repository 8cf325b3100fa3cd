package dev.adder.ssm;

import dev.adder.ssm.OperatorTest.Case;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The operators of S4 at one size, for real and for complex states. */
final class S4Cases {

  /** Powers of numbers of this deviation do not grow. */
  private static final float STABLE = 0.3f;

  private S4Cases() {}

  static List<Case> of(long b, long l, long d, long n) {
    List<Case> cases = new ArrayList<>();
    String size = " " + Arrays.toString(new long[] {b, l, d, n});
    long[] u = {b, l, d};
    long[] kernel = {l, d};
    long[] channels = {d};
    long[] real = {d, n};
    int length = (int) l;
    cases.add(new Case("long convolution" + size, LongConvolution::new, -1, u, kernel, channels));
    cases.add(
        new Case(
            "long convolution and response" + size,
            LongConvolution::new,
            -1,
            u,
            kernel,
            channels,
            kernel));
    for (boolean rectified : new boolean[] {false, true}) {
      cases.add(
          new Case(
              (rectified ? "bias and ReLU" : "bias") + size,
              () -> new BiasedActivation(rectified),
              -1,
              u,
              channels));
    }
    cases.add(new Case("squared error" + size, MeanSquaredError::new, -1, u, u));
    for (Discretization rule : Discretization.values()) {
      cases.add(
          new Case("real " + rule + size, () -> new DiscreteSystem(rule), -1, channels, real));
      cases.add(
          new Case(
              "complex " + rule + size, () -> new DiscreteSystem(rule), -1, channels, real, real));
    }
    for (long[] numbers : new long[][] {real, {d, n, 2}}) {
      String kind = numbers == real ? "real " : "complex ";
      long[] states = new long[numbers.length + 1];
      states[0] = b;
      System.arraycopy(numbers, 0, states, 1, numbers.length);
      cases.add(
          new Case(
              kind + "kernel" + size,
              () -> new S4Kernel(length),
              -1,
              STABLE,
              numbers,
              numbers,
              numbers));
      cases.add(
          new Case(
              kind + "kernel and response" + size,
              () -> new S4Kernel(length),
              -1,
              STABLE,
              numbers,
              numbers,
              numbers,
              numbers));
      for (long[] initial : new long[][] {{}, numbers, states}) {
        List<long[]> shapes = new ArrayList<>(List.of(u, numbers, numbers, numbers, channels));
        if (initial.length > 0) {
          shapes.add(initial);
        }
        cases.add(
            new Case(
                kind + "scan from " + Arrays.toString(initial) + size,
                S4Scan::new,
                -1,
                STABLE,
                shapes.toArray(new long[0][])));
      }
    }
    return cases;
  }
}
