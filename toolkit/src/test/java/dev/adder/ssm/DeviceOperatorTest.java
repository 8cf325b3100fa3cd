package dev.adder.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.DeviceOperator;
import dev.adder.tensor.FusedOperator;
import dev.adder.tensor.GradientSink;
import dev.adder.tensor.Tape;
import dev.adder.tensor.cuda.CudaAdamW;
import dev.adder.tensor.cuda.CudaColumns;
import dev.adder.tensor.cuda.CudaDevice;
import dev.adder.tensor.cuda.CudaRows;
import dev.adder.tensor.cuda.NativeTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The GPU side of every operator, host code and kernels, against plain operators on the CPU that
 * the engine differentiates: outputs and all gradients.
 */
abstract class DeviceOperatorTest {

  private static final double FLOAT_ERROR = 2e-5;
  private static final double BF16_ERROR = 1e-2;

  private NDManager manager;
  private final Random random = new Random(7);

  /** The device under test. */
  abstract CudaDevice device() throws Exception;

  /** Where its tensors lie. */
  abstract Device where();

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private NDArray tensor(double low, double high, long... shape) {
    Shape of = new Shape(shape);
    float[] values = new float[(int) of.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return manager.create(values, of);
  }

  private NDArray there(NDArray tensor, boolean bf16) {
    // A copy on the CPU, too: kernels may overwrite.
    NDArray copy = where().isGpu() ? tensor.toDevice(where(), true) : tensor.duplicate();
    return bf16 ? NativeTensor.toBf16(copy) : copy;
  }

  private static NDArray rounded(NDArray tensor) {
    return NativeTensor.toFloat(NativeTensor.toBf16(tensor));
  }

  private static float[] here(NDArray tensor) {
    return NativeTensor.toFloat(tensor).toDevice(Device.cpu(), false).toFloatArray();
  }

  private static void assertClose(String name, NDArray got, NDArray expected, double allowed) {
    assertThat(got.getShape()).as(name).isEqualTo(expected.getShape());
    float[] values = here(got);
    float[] wanted = here(expected);
    double scale = 1e-30;
    double error = 0;
    for (int i = 0; i < values.length; i++) {
      scale = Math.max(scale, Math.abs(wanted[i]));
      error = Math.max(error, Math.abs((double) values[i] - wanted[i]));
    }
    assertThat(error / scale).as(name).isLessThan(allowed);
  }

  /** Runs both ways forward and back and compares all there is. */
  private void compare(
      DeviceOperator operator, UnaryOperator<NDList> reference, NDList inputs, int... halves) {
    NDList given = new NDList();
    NDList plain = new NDList();
    for (int i = 0; i < inputs.size(); i++) {
      int index = i;
      boolean half = Arrays.stream(halves).anyMatch(h -> h == index);
      given.add(there(inputs.get(i), half));
      plain.add(half ? rounded(inputs.get(i)) : inputs.get(i));
    }
    boolean[] needed = new boolean[inputs.size()];
    Arrays.fill(needed, true);
    PlainOperator expected = new PlainOperator(reference);
    NDList wanted = expected.forward(plain, true);
    NDList got = operator.forward(given, true);
    assertThat(got).hasSameSizeAs(wanted);
    double allowed = halves.length > 0 ? BF16_ERROR : FLOAT_ERROR;
    NDList wantedGradients = new NDList();
    NDList gotGradients = new NDList();
    for (int i = 0; i < got.size(); i++) {
      assertClose("output " + i, got.get(i), wanted.get(i), allowed);
      NDArray gradient = tensor(-1, 1, wanted.get(i).getShape().getShape());
      boolean half = NativeTensor.isBf16(got.get(i));
      wantedGradients.add(half ? rounded(gradient) : gradient);
      gotGradients.add(there(gradient, half));
    }
    NDList expectedBack = expected.backward(plain, wantedGradients, needed);
    NDList back = operator.gradients(given, gotGradients, needed);
    assertThat(back).hasSameSizeAs(expectedBack);
    for (int i = 0; i < back.size(); i++) {
      assertClose("gradient " + i, back.get(i), expectedBack.get(i), allowed);
      assertThat(NativeTensor.isBf16(back.get(i)))
          .as("type of gradient " + i)
          .isEqualTo(NativeTensor.isBf16(given.get(i)));
    }
  }

  private static NDArray at(NDArray tensor, long t) {
    return tensor.get(new NDIndex(":, " + t));
  }

  private static NDArray silu(NDArray x) {
    return x.mul(Activation.sigmoid(x));
  }

  private static NDList scan(NDList in) {
    NDArray x = in.get(0);
    NDArray raw = in.get(1).add(in.get(2));
    NDArray delta = Activation.relu(raw).add(raw.abs().neg().exp().add(1).log());
    NDArray a = in.get(3);
    NDArray h =
        in.size() > 8
            ? in.get(8)
            : x.getManager()
                .zeros(new Shape(x.getShape().get(0), x.getShape().get(2), a.getShape().get(1)));
    List<NDArray> outputs = new ArrayList<>();
    for (long t = 0; t < x.getShape().get(1); t++) {
      NDArray step = at(delta, t).expandDims(2);
      NDArray drive = step.mul(at(x, t).expandDims(2)).mul(at(in.get(4), t).expandDims(1));
      h = step.mul(a).exp().mul(h).add(drive);
      NDArray read = h.mul(at(in.get(5), t).expandDims(1)).sum(new int[] {2});
      outputs.add(read.add(in.get(6).mul(at(x, t))).mul(silu(at(in.get(7), t))));
    }
    return new NDList(NDArrays.stack(new NDList(outputs), 1), h);
  }

  private NDList scanInputs(long b, long l, long d, long n, boolean initial) {
    NDList inputs =
        new NDList(
            tensor(-2, 2, b, l, d),
            tensor(-4, 2, b, l, d),
            tensor(-1, 1, d),
            tensor(-4, -0.1, d, n),
            tensor(-1, 1, b, l, n),
            tensor(-1, 1, b, l, n),
            tensor(-1, 1, d),
            tensor(-3, 3, b, l, d));
    if (initial) {
      inputs.add(tensor(-1, 1, b, d, n));
    }
    return inputs;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, true",
    "2, 5, 3, 2, false",
    "1, 17, 65, 16, true",
    "1, 130, 7, 16, true",
    "1, 200, 3, 16, false",
    "2, 33, 20, 20, true",
    "1, 9, 5, 100, false"
  })
  void scan_agrees_with_plain_operators(long b, long l, long d, long n, boolean initial)
      throws Exception {
    compare(new CudaScan(device()), DeviceOperatorTest::scan, scanInputs(b, l, d, n, initial));
  }

  @Test
  void scan_in_bf16_agrees_with_plain_operators() throws Exception {
    compare(
        new CudaScan(device()),
        DeviceOperatorTest::scan,
        scanInputs(2, 37, 9, 16, true),
        0,
        1,
        4,
        5,
        7);
  }

  @Test
  void scan_refuses_mixed_types_and_too_many_states() throws Exception {
    NDList inputs = scanInputs(1, 2, 3, 4, false);
    inputs.set(4, NativeTensor.toBf16(inputs.get(4)));
    CudaDevice device = device();
    assertThatThrownBy(() -> new CudaScan(device).forward(inputs, false))
        .hasMessage(
            "Input 4 of the scan is bf16, expected float. Activations share one type; bias, A, D and"
                + " h₀ are float.");
    NDList wide = scanInputs(1, 1, 1, 257, false);
    assertThatThrownBy(() -> new CudaScan(device).forward(wide, false))
        .hasMessage("The scan has 257 states a channel; the GPU kernels take at most 256.");
  }

  private static NDList convolution(NDList in) {
    NDArray x = in.get(0);
    Shape shape = x.getShape();
    long width = in.get(1).getShape().get(2);
    NDArray window =
        in.size() > 3
            ? in.get(3)
            : x.getManager().zeros(new Shape(shape.get(0), width - 1, shape.get(2)));
    NDArray padded = window.concat(x, 1);
    NDArray taps = in.get(1).reshape(shape.get(2), width).transpose();
    NDArray sum = in.get(2);
    for (long k = 0; k < width; k++) {
      NDArray steps = padded.get(new NDIndex(":, " + k + ":" + (k + shape.get(1))));
      sum = steps.mul(taps.get(k)).add(sum);
    }
    return new NDList(silu(sum), padded.get(new NDIndex(":, " + shape.get(1) + ":")));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, false", "2, 17, 5, true", "1, 33, 260, false"})
  void convolution_agrees_with_plain_operators(long b, long l, long d, boolean window)
      throws Exception {
    NDList inputs = new NDList(tensor(-2, 2, b, l, d), tensor(-1, 1, d, 1, 4), tensor(-1, 1, d));
    if (window) {
      inputs.add(tensor(-2, 2, b, 3, d));
    }
    compare(new CudaConvolution(device()), DeviceOperatorTest::convolution, inputs);
  }

  @Test
  void convolution_in_bf16_agrees_with_plain_operators() throws Exception {
    NDList inputs =
        new NDList(
            tensor(-2, 2, 2, 9, 5),
            tensor(-1, 1, 5, 1, 4),
            tensor(-1, 1, 5),
            tensor(-2, 2, 2, 3, 5));
    compare(new CudaConvolution(device()), DeviceOperatorTest::convolution, inputs, 0, 1, 2, 3);
  }

  private static NDList norm(NDList in) {
    NDArray sum = in.size() > 2 ? in.get(0).add(in.get(1)) : in.get(0);
    NDArray scale = sum.square().mean(new int[] {2}, true).add(1e-5).sqrt().pow(-1);
    NDArray normed = sum.mul(scale).mul(in.get(in.size() - 1));
    return in.size() > 2 ? new NDList(normed, sum) : new NDList(normed);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 5, false", "2, 70, 300, true", "3, 50, 64, false"})
  void norm_agrees_with_plain_operators(long b, long l, long d, boolean branch) throws Exception {
    NDList inputs = new NDList(tensor(-2, 2, b, l, d));
    if (branch) {
      inputs.add(tensor(-1, 1, b, l, d));
    }
    inputs.add(tensor(0.5, 1.5, d));
    compare(new CudaNorm(device(), 1e-5), DeviceOperatorTest::norm, inputs);
  }

  @Test
  void norm_of_a_bf16_branch_keeps_a_float_stream() throws Exception {
    NDList inputs =
        new NDList(tensor(-2, 2, 2, 3, 40), tensor(-1, 1, 2, 3, 40), tensor(0.5, 1.5, 40));
    compare(new CudaNorm(device(), 1e-5), DeviceOperatorTest::norm, inputs, 1, 2);
    compare(new CudaNorm(device(), 1e-5), DeviceOperatorTest::norm, inputs, 0, 1, 2);
  }

  private static NDList crossEntropy(NDList in, int[] targets) {
    NDArray log = in.get(0).matMul(in.get(1).transpose()).logSoftmax(1);
    NDArray sum = null;
    long counted = 0;
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] >= 0) {
        NDArray picked = log.get(new NDIndex(i + ", " + targets[i])).neg();
        sum = sum == null ? picked : sum.add(picked);
        counted++;
      }
    }
    return new NDList(sum.div(counted).reshape(1));
  }

  @Test
  void cross_entropy_agrees_with_plain_operators() throws Exception {
    int[] targets = {3, 0, -1, 1299};
    NDList inputs = new NDList(tensor(-2, 2, 4, 6), tensor(-2, 2, 1300, 6));
    UnaryOperator<NDList> reference = in -> crossEntropy(in, targets);
    compare(new CudaCrossEntropy(device(), targets), reference, inputs);
    compare(new CudaCrossEntropy(device(), targets), reference, inputs, 0, 1);
  }

  @Test
  void cross_entropy_refuses_a_label_outside() throws Exception {
    CudaCrossEntropy operator = new CudaCrossEntropy(device(), new int[] {7});
    NDList inputs = new NDList(tensor(-1, 1, 1, 3), tensor(-1, 1, 7, 3));
    assertThatThrownBy(() -> operator.forward(inputs, false))
        .hasMessage("A label is 7, but there are 7 classes. Use the model's own tokenizer.");
  }

  @Test
  void columns_are_taken_and_added_to() throws Exception {
    NDArray places = manager.create(new long[] {4, 0, 6});
    CudaColumns columns =
        new CudaColumns(device(), where().isGpu() ? places.toDevice(where(), true) : places);
    for (boolean half : new boolean[] {false, true}) {
      NDArray x = half ? rounded(tensor(-1, 1, 5, 7)) : tensor(-1, 1, 5, 7);
      NDArray wide = there(x, half);
      assertClose("taken", columns.gather(wide), x.transpose().get(places).transpose(), 1e-9);
      columns.add(wide, there(x.get(new NDIndex(":, 0:3")).duplicate(), half));
      NDArray expected = x.duplicate();
      for (int j = 0; j < 3; j++) {
        NDIndex column = new NDIndex(":, " + places.getLong(j));
        expected.set(column, x.get(column).add(x.get(new NDIndex(":, " + j))));
      }
      assertClose("added", wide, expected, half ? BF16_ERROR : FLOAT_ERROR);
    }
  }

  @Test
  void gradients_of_looked_up_rows_are_added() throws Exception {
    long[] indices = {4, 0, 4, 2};
    NDArray gradients = tensor(-1, 1, 4, 300);
    NDArray expected = manager.zeros(new Shape(6, 300));
    for (int i = 0; i < indices.length; i++) {
      NDIndex row = new NDIndex(indices[i]);
      expected.set(row, expected.get(row).add(gradients.get(i)));
    }
    for (boolean half : new boolean[] {false, true}) {
      NDArray got = CudaRows.sum(device(), there(gradients, half), indices, 6);
      assertClose("sums", got, expected, half ? BF16_ERROR : FLOAT_ERROR);
    }
  }

  @Test
  void adamw_agrees_with_plain_operators() throws Exception {
    NDList parameters =
        new NDList(there(tensor(-1, 1, 3), false), there(tensor(-1, 1, 50, 60), false));
    NDArray theta = parameters.get(1).toDevice(Device.cpu(), true).duplicate();
    NDArray m = theta.zerosLike();
    NDArray v = theta.zerosLike();
    try (CudaAdamW adamw =
        new CudaAdamW(device(), parameters, new CudaAdamW.Constants(0.9, 0.999, 1e-8))) {
      for (int t = 1; t <= 3; t++) {
        NDList gradients = new NDList(tensor(-1, 1, 3), rounded(tensor(-1, 1, 50, 60)));
        NDList given = new NDList(there(gradients.get(0), false), there(gradients.get(1), true));
        double rate = 0.01 / (1 - Math.pow(0.9, t));
        double correction = Math.sqrt(1 - Math.pow(0.999, t));
        double norm =
            Math.sqrt(
                gradients.get(0).square().sum().getFloat()
                    + gradients.get(1).square().sum().getFloat());
        double got = adamw.step(parameters, given, new CudaAdamW.Step(rate, 0.999, correction, 5));
        assertThat(got / norm).isBetween(1 - 1e-5, 1 + 1e-5);
        NDArray g = gradients.get(1).mul(5 / (norm + 1e-6));
        m = m.mul(0.9).add(g.mul(0.1));
        v = v.mul(0.999).add(g.square().mul(0.001));
        theta = theta.mul(0.999).sub(m.mul(rate).div(v.sqrt().div(correction).add(1e-8)));
      }
      assertClose("parameter", parameters.get(1), theta, FLOAT_ERROR);
      assertClose("first moment", adamw.first().get(1), m, FLOAT_ERROR);
      assertClose("second moment", adamw.second().get(1), v, FLOAT_ERROR);
      NDArray before = parameters.get(1).duplicate();
      NDList broken =
          new NDList(
              there(manager.create(new float[] {0, Float.NaN, 0}), false),
              there(tensor(-1, 1, 50, 60), false));
      double norm = adamw.step(parameters, broken, new CudaAdamW.Step(1, 1, 1, 5));
      assertThat(norm).isNaN();
      assertThat(here(parameters.get(1))).containsExactly(here(before));
    }
  }

  @Test
  void an_output_nobody_used_has_no_gradient() throws Exception {
    NDList inputs = new NDList();
    scanInputs(1, 20, 5, 16, true).forEach(input -> inputs.add(there(input, false)));
    boolean[] needed = new boolean[9];
    Arrays.fill(needed, true);
    CudaScan scan = new CudaScan(device());
    NDList outputs = scan.forward(inputs, true);
    NDList zero = new NDList(NativeTensor.filledLike(outputs.get(0), 0), outputs.get(1));
    NDList expected = scan.gradients(inputs, zero, needed);
    CudaScan again = new CudaScan(device());
    NDList missing = new NDList(null, again.forward(inputs, true).get(1));
    NDList got = again.gradients(inputs, missing, needed);
    for (int i = 0; i < got.size(); i++) {
      assertThat(here(got.get(i))).containsExactly(here(expected.get(i)));
    }
  }

  @Test
  void a_tape_takes_the_gradients_that_are_wanted() throws Exception {
    NDList inputs = new NDList(tensor(-2, 2, 1, 9, 5), tensor(-1, 1, 5, 1, 4), tensor(-1, 1, 5));
    PlainOperator expected = new PlainOperator(DeviceOperatorTest::convolution);
    NDList wanted = expected.forward(inputs, true);
    NDArray ones = wanted.get(0).onesLike();
    NDList gradients =
        expected.backward(
            inputs, new NDList(ones, wanted.get(1).zerosLike()), new boolean[] {true, true, true});
    NDList given = new NDList();
    inputs.forEach(input -> given.add(there(input, false)));
    JniUtils.attachGradient((PtNDArray) given.get(1), true);
    try (Tape tape = Tape.recording()) {
      CudaConvolution operator = new CudaConvolution(device());
      NDArray y = tape.apply(accepted(operator), given.toArray(new NDArray[0])).get(0);
      tape.backward(tape.plain(r -> r.get(0).sum().reshape(1), y));
    }
    NDArray got = JniUtils.getGradient((PtNDArray) given.get(1));
    assertClose("gradient of weight", got, gradients.get(1), FLOAT_ERROR);
  }

  /** As a tape will take it on a GPU, where operators accept nothing by themselves. */
  private static FusedOperator accepted(DeviceOperator operator) {
    return new FusedOperator() {
      @Override
      public boolean accepts(NDList inputs) {
        return true;
      }

      @Override
      public NDList forward(NDList inputs, boolean differentiate) {
        return operator.forward(inputs, differentiate);
      }

      @Override
      public void backward(NDList inputs, NDList outputGradients, GradientSink gradients) {
        operator.backward(inputs, outputGradients, gradients);
      }

      @Override
      public NDList reference(NDList inputs) {
        return convolution(inputs);
      }
    };
  }

  @Test
  void nothing_is_kept_but_outputs_and_gradients() throws Exception {
    NDList inputs = new NDList();
    scanInputs(1, 40, 5, 16, true).forEach(input -> inputs.add(there(input, false)));
    NDManager owner = inputs.get(0).getManager();
    long before = owner.getManagedArrays().size();
    CudaScan scan = new CudaScan(device());
    NDList outputs = scan.forward(inputs, true);
    boolean[] needed = new boolean[9];
    Arrays.fill(needed, true);
    NDList gradients = scan.gradients(inputs, outputs, needed);
    assertThat(owner.getManagedArrays()).hasSize((int) before + outputs.size() + gradients.size());
    assertThat(gradients.get(0).getDataType()).isEqualTo(DataType.FLOAT32);
  }
}
