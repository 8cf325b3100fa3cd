package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.tensor.RawTensor;

/** Makes a tensor a parameter that training moves. */
final class TrainedParameter {

  private TrainedParameter() {}

  /**
   * @param name unique in the model
   * @param value initial value, contiguous; becomes a leaf with a gradient
   */
  static Parameter of(String name, NDArray value) {
    JniUtils.attachGradient((PtNDArray) value, true);
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(Parameter.Type.OTHER)
            .optRequiresGrad(true)
            .build();
    parameter.setArray(value);
    return parameter;
  }

  /** Zeros, in the type that is trained beside a frozen tensor. */
  static Parameter zeros(String name, NDArray beside, NDManager manager, Shape shape) {
    return of(name, manager.zeros(shape, type(beside)));
  }

  /** The given numbers, in the type that is trained beside a frozen tensor. */
  static Parameter filled(
      String name, NDArray beside, NDManager manager, float[] values, Shape shape) {
    NDArray value = RawTensor.create(manager, values, shape);
    DataType type = type(beside);
    return of(name, type == DataType.FLOAT32 ? value : value.toType(type, false));
  }

  /** Float64 beside float64, float32 beside all else. */
  private static DataType type(NDArray beside) {
    return beside.getDataType() == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
  }
}
