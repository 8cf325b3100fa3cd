package dev.adder.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scan where numbers end: what is no number shows, and large ones are as the reference's. */
class ScanLimitsTest {

  private static final int BATCH = 2;
  private static final int LENGTH = 37;
  private static final int CHANNELS = 19;
  private static final int STATES = 3;
  private static final int DELTA = 1;
  private static final int A = 3;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private NDList inputs() {
    Shape wide = new Shape(BATCH, LENGTH, CHANNELS);
    Shape selective = new Shape(BATCH, LENGTH, STATES);
    Shape channels = new Shape(CHANNELS);
    NDList inputs = new NDList();
    Shape[] shapes = {
      wide,
      wide,
      channels,
      new Shape(CHANNELS, STATES),
      selective,
      selective,
      channels,
      wide,
      new Shape(BATCH, CHANNELS, STATES)
    };
    for (int i = 0; i < shapes.length; i++) {
      float[] values = new float[Math.toIntExact(shapes[i].size())];
      KeyedRandom.of(21).derive(i).fillNormal(values, 1);
      for (int j = 0; i == A && j < values.length; j++) {
        values[j] = (float) -Math.exp(values[j]);
      }
      inputs.add(RawTensor.create(manager, values, shapes[i]));
    }
    return inputs;
  }

  private static NDList fused(NDList inputs) {
    return new SelectiveScan().forward(inputs, false);
  }

  private static NDList reference(NDList inputs) {
    return new SelectiveScan().reference(inputs);
  }

  @ParameterizedTest
  @CsvSource({"0, x", "1, δ", "2, bias", "3, A", "4, B", "5, C", "6, D", "7, z", "8, h0"})
  void a_nan_shows_wherever_the_reference_has_one(int input, String name) {
    for (int place = 0; place < 3; place++) {
      NDList inputs = inputs();
      RawTensor raw = RawTensor.of(inputs.get(input));
      raw.put(place == 0 ? 0 : place == 1 ? raw.size() / 2 : raw.size() - 1, Float.NaN);
      float[] ours = fused(inputs).get(0).toFloatArray();
      float[] theirs = reference(inputs).get(0).toFloatArray();
      int shown = 0;
      for (int i = 0; i < ours.length; i++) {
        if (Float.isNaN(theirs[i])) {
          assertThat(ours[i]).as("output %d after a NaN in %s", i, name).isNaN();
          shown++;
        }
      }
      assertThat(shown).as("outputs that show a NaN in %s", name).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-100, -20, -0.001f, 20, 100})
  void any_step_size_gives_what_the_reference_gives(float delta) {
    NDList inputs = inputs();
    RawTensor raw = RawTensor.of(inputs.get(DELTA));
    for (int i = 0; i < raw.size(); i++) {
      raw.put(i, delta);
    }
    assertClose(fused(inputs), reference(inputs));
  }

  @ParameterizedTest
  @ValueSource(floats = {-1e-6f, -50, -1e4f, -1e20f, -Float.MAX_VALUE})
  void a_decay_that_underflows_forgets_and_harms_nothing_else(float a) {
    NDList inputs = inputs();
    RawTensor raw = RawTensor.of(inputs.get(A));
    for (int i = 0; i < raw.size(); i++) {
      raw.put(i, a);
    }
    assertClose(fused(inputs), reference(inputs));
  }

  @Test
  void step_sizes_from_one_end_to_the_other_in_one_sequence_agree() {
    NDList inputs = inputs();
    RawTensor raw = RawTensor.of(inputs.get(DELTA));
    for (int i = 0; i < raw.size(); i++) {
      raw.put(i, (i % 201) - 100);
    }
    assertClose(fused(inputs), reference(inputs));
  }

  private static void assertClose(NDList ours, NDList theirs) {
    for (int output = 0; output < 2; output++) {
      NDArray expected = theirs.get(output);
      float[] a = ours.get(output).toFloatArray();
      float[] b = expected.toFloatArray();
      double scale = 1;
      for (float value : b) {
        scale = Math.max(scale, Math.abs(value));
      }
      for (int i = 0; i < a.length; i++) {
        assertThat(Math.abs(a[i] - b[i]) / scale).as("output %d[%d]", output, i).isLessThan(1e-5);
      }
    }
  }
}
