package dev.adder.benchmarks.work;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.ssm.SelectiveScan;

/**
 * The selective scan at the width of mamba-130m (1536 channels, 16 states): the one place that
 * knows the order of its inputs.
 */
public final class ScanCall implements AutoCloseable {

  private static final int CHANNELS = 1536;
  private static final int STATES = 16;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final NDList inputs;
  private final NDList outputGradients;

  public ScanCall(int batch, int length) {
    Shape wide = new Shape(batch, length, CHANNELS);
    Shape selective = new Shape(batch, length, STATES);
    NDArray x = Given.values(manager, 1, -1, 1, wide);
    NDArray delta = Given.values(manager, 2, -5, -3, wide);
    NDArray bias = manager.zeros(new Shape(CHANNELS));
    NDArray a = Given.values(manager, 3, -16, -1, new Shape(CHANNELS, STATES));
    NDArray b = Given.values(manager, 4, -1, 1, selective);
    NDArray c = Given.values(manager, 5, -1, 1, selective);
    NDArray skip = Given.values(manager, 6, -1, 1, new Shape(CHANNELS));
    NDArray z = Given.values(manager, 7, -1, 1, wide);
    inputs = new NDList(x, delta, bias, a, b, c, skip, z);
    // In a training step nobody uses the last state.
    outputGradients = new NDList(Given.values(manager, 8, -1, 1, wide), null);
  }

  /** Forward only. Returns y and the last state; the caller closes them. */
  public NDList forward() {
    return new SelectiveScan().forward(inputs, false);
  }

  /** Forward and backward. Returns y and the gradient of x; the caller closes them. */
  public NDList both() {
    SelectiveScan scan = new SelectiveScan();
    NDList outputs = scan.forward(inputs, true);
    CollectedGradients collected = new CollectedGradients(inputs);
    scan.backward(inputs, outputGradients, collected);
    NDList gradients = collected.all();
    NDList kept = new NDList(outputs.get(0), gradients.get(0));
    outputs.get(1).close();
    gradients.subNDList(1).close();
    return kept;
  }

  @Override
  public void close() {
    manager.close();
  }
}
