package dev.adder.ssm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.cuda.Arguments;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.KernelSet;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link SelectiveScan} on a GPU, by the kernels of {@code scan.cu}.
 *
 * <p>Inputs, in order: x (b, l, d); δ before bias and softplus (b, l, d); its bias (d); A, negative
 * (d, n); B (b, l, n); C (b, l, n); D (d); z before SiLU (b, l, d); and optionally h₀ (b, d, n).
 * Outputs: y (b, l, d) and the last state (b, d, n). x, δ, B, C, z are all float32 or all bf16;
 * bias, A, D and states are float32.
 *
 * <p>For the way back one state per 16 steps is kept (8 steps beyond 128 states): as many bytes as
 * x has in float32 where n is 16.
 */
final class CudaScan implements DeviceOperator {

  /** How the block of a kernel is divided: S states a thread, G threads a channel. */
  private record Division(int states, int threads) {

    static Division of(long n) {
      if (n > 256) {
        throw new IllegalArgumentException(
            "The scan has %d states a channel; the GPU kernels take at most 256.".formatted(n));
      }
      int threads = 4;
      while (threads < 32 && 4L * threads < n) {
        threads *= 2;
      }
      return new Division(n > 128 ? 8 : 4, threads);
    }

    long channels() {
      return CudaDevice.THREADS / threads;
    }

    int tile() {
      return states * threads > 128 ? 8 : 16;
    }
  }

  /** Steps of the shortest span: shorter ones would be all start and end. */
  private static final int SHORTEST_SPAN = 64;

  /** Blocks for each multiprocessor where time is cut. */
  private static final int FILL = 2;

  private final CudaDevice device;
  private @Nullable NDArray kept;
  private @Nullable NDArray deltaSums;

  // Set by forward: the size of the problem and how it is cut.
  private long batch;
  private long length;
  private long channels;
  private long states;
  private Division division = new Division(4, 4);
  private long span;
  private long spans;

  CudaScan(CudaDevice device) {
    this.device = device;
  }

  @Override
  public NDList forward(NDList inputs, boolean differentiate) {
    measure(inputs);
    NDArray x = inputs.get(0);
    NDArray y = NativeTensor.emptyLike(x, x.getShape());
    NDArray last = CudaDevice.floats(x, batch, channels, states);
    NDArray starts = spans > 1 ? CudaDevice.floats(x, batch, spans, channels, states) : null;
    deltaSums = spans > 1 ? CudaDevice.floats(x, batch, spans, channels) : null;
    long tiles = CudaDevice.blocks(length, division.tile());
    kept = differentiate ? CudaDevice.floats(x, batch, tiles, channels, states) : null;
    Arguments arguments = inputs(inputs);
    arguments.tensor(y).tensor(last).tensor(kept).tensor(starts).tensor(deltaSums).none(12);
    size(arguments);
    if (spans > 1) {
      launch(inputs, "scan_local", arguments);
      combine(inputs, "scan_combine", arguments);
    }
    launch(inputs, "scan_forward", arguments);
    CudaDevice.release(starts);
    return new NDList(y, last);
  }

  @Override
  public NDList gradients(NDList inputs, NDList outputGradients, boolean[] needed) {
    NDArray x = inputs.get(0);
    NDArray b = inputs.get(4);
    boolean initial = inputs.size() > 8;
    long blocks = CudaDevice.blocks(channels, division.channels());
    NDArray ends = spans > 1 ? CudaDevice.floats(x, batch, spans, channels, states) : null;
    NDArray xGradient = NativeTensor.emptyLike(x, x.getShape());
    NDArray deltaGradient = NativeTensor.emptyLike(x, x.getShape());
    NDArray zGradient = NativeTensor.emptyLike(x, x.getShape());
    NDArray initialGradient = initial ? CudaDevice.floats(x, batch, channels, states) : null;
    NDArray aParts = CudaDevice.floats(x, batch, spans, channels, states);
    NDArray bParts = CudaDevice.floats(x, blocks, batch, length, states);
    NDArray cParts = CudaDevice.floats(x, blocks, batch, length, states);
    NDArray skipParts = CudaDevice.floats(x, batch, spans, channels);
    NDArray biasParts = CudaDevice.floats(x, batch, spans, channels);
    Arguments arguments =
        inputs(inputs)
            .tensor(null) // y and the last state are not read again
            .tensor(null)
            .tensor(Objects.requireNonNull(kept))
            .tensor(null)
            .tensor(deltaSums)
            .tensor(CudaDevice.orZero(outputGradients.get(0), x))
            .tensor(outputGradients.get(1))
            .tensor(ends)
            .tensor(xGradient)
            .tensor(deltaGradient)
            .tensor(zGradient)
            .tensor(initialGradient)
            .tensor(aParts)
            .tensor(bParts)
            .tensor(cParts)
            .tensor(skipParts)
            .tensor(biasParts);
    size(arguments);
    if (spans > 1) {
      launch(inputs, "scan_backward_local", arguments);
      combine(inputs, "scan_backward_combine", arguments);
    }
    launch(inputs, "scan_backward", arguments);
    NDList gradients =
        new NDList(
            xGradient,
            deltaGradient,
            needed[2] ? device.sum(biasParts, batch * spans, inputs.get(2)) : null,
            needed[3] ? device.sum(aParts, batch * spans, inputs.get(3)) : null,
            needed[4] ? device.sum(bParts, blocks, b) : null,
            needed[5] ? device.sum(cParts, blocks, inputs.get(5)) : null,
            needed[6] ? device.sum(skipParts, batch * spans, inputs.get(6)) : null,
            zGradient);
    if (initial) {
      gradients.add(initialGradient);
    }
    CudaDevice.release(kept, deltaSums, ends, aParts, bParts, cParts, skipParts, biasParts);
    return gradients;
  }

  private void measure(NDList inputs) {
    Shape x = inputs.get(0).getShape();
    batch = x.get(0);
    length = x.get(1);
    channels = x.get(2);
    states = inputs.get(3).getShape().get(1);
    requireTypes(inputs);
    division = Division.of(states);
    long together = batch * CudaDevice.blocks(channels, division.channels());
    // Spans cost a second pass over all steps: they pay where half of the device would idle.
    int multiprocessors = device.multiprocessors();
    long wanted = FILL * together > multiprocessors ? 1 : FILL * multiprocessors / together;
    long most = Math.max(1, Math.min(wanted, length / SHORTEST_SPAN));
    long tiles = CudaDevice.blocks(CudaDevice.blocks(length, most), division.tile());
    span = tiles * division.tile();
    spans = CudaDevice.blocks(length, span);
  }

  private static void requireTypes(NDList inputs) {
    String type = CudaDevice.type(inputs.get(0));
    for (int i : new int[] {1, 4, 5, 7}) {
      requireType(inputs.get(i), type, i);
    }
    for (int i : new int[] {2, 3, 6}) {
      requireType(inputs.get(i), "float", i);
    }
    if (inputs.size() > 8) {
      requireType(inputs.get(8), "float", 8);
    }
  }

  private static void requireType(NDArray tensor, String expected, int index) {
    String given = CudaDevice.type(tensor);
    if (!given.equals(expected)) {
      throw new IllegalArgumentException(
          "Input %d of the scan is %s, expected %s. Activations share one type; bias, A, D and h₀ are float."
              .formatted(index, given, expected));
    }
  }

  private static Arguments inputs(NDList inputs) {
    Arguments arguments = new Arguments();
    for (int i = 0; i < 9; i++) {
      arguments.tensor(i < inputs.size() ? inputs.get(i) : null);
    }
    return arguments;
  }

  private void size(Arguments arguments) {
    arguments
        .number(batch)
        .number(length)
        .number(channels)
        .number(states)
        .number(span)
        .number(spans);
  }

  private void launch(NDList inputs, String kernel, Arguments arguments) {
    device.launch(
        kernels(CudaDevice.type(inputs.get(0)), division),
        name(kernel, CudaDevice.type(inputs.get(0)), division),
        CudaDevice.blocks(channels, division.channels()),
        spans,
        batch,
        arguments);
  }

  private void combine(NDList inputs, String kernel, Arguments arguments) {
    String type = CudaDevice.type(inputs.get(0));
    device.launch(
        kernels(type, division),
        "%s<%s>".formatted(kernel, type),
        CudaDevice.blocks(channels * states, CudaDevice.THREADS),
        batch,
        1,
        arguments);
  }

  private static String name(String kernel, String type, Division division) {
    return "%s<%s, %d, %d>".formatted(kernel, type, division.states(), division.threads());
  }

  /** The kernels of one type and number of states. */
  static KernelSet kernels(String type, long states) {
    return kernels(type, Division.of(states));
  }

  private static KernelSet kernels(String type, Division division) {
    return new KernelSet(
        "scan.cu",
        List.of(
            name("scan_local", type, division),
            "scan_combine<%s>".formatted(type),
            name("scan_forward", type, division),
            name("scan_backward_local", type, division),
            "scan_backward_combine<%s>".formatted(type),
            name("scan_backward", type, division)));
  }
}
