package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

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
}
