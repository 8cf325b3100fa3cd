package dev.adder.benchmarks.operators;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.adder.adapter.AdaptedModel;
import dev.adder.benchmarks.work.Methods;
import dev.adder.benchmarks.work.RandomModel;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.Weight;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.Tape;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Projections of 512 rows at the width of mamba-130m, with what is attached to them. */
public class AdaptedLinear extends OperatorBenchmark {

  /** LoRA r=8 on in_proj, or SDLoRA's sparse columns in x_proj's B and C. */
  @Param({"lora", "sdlora"})
  public String method;

  private AdaptedModel<Mamba> adapted;
  private Weight weight;
  private NDArray x;

  @Setup
  public void prepare() {
    MambaConfig config = MambaConfig.of(8, 768, 1);
    Mamba base = RandomModel.create(config, manager);
    adapted =
        AdaptedModel.attach(
            base,
            Methods.of(method, config)
                .attachments(MambaWeights.of(config), Methods.selections(config)),
            manager,
            KeyedRandom.of(2));
    boolean lora = method.equals("lora");
    String target = lora ? "in_proj" : "x_proj";
    weight = adapted.model().weight("backbone.layers.0.mixer." + target + ".weight");
    x = values(1, 1, 512, lora ? 768 : 1536);
    x.setRequiresGradient(true);
  }

  @TearDown
  public void free() {
    adapted.close();
    manager.close();
  }

  @Benchmark
  public float forward() {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.inference()) {
      scope.suppressNotUsedWarning();
      return weight.linear(tape, x).get(0).flatten().getFloat(0);
    }
  }

  @Benchmark
  public float forwardAndBackward() {
    try (NDScope scope = new NDScope();
        Tape tape = Tape.recording()) {
      scope.suppressNotUsedWarning();
      NDArray sum = null;
      for (NDArray part : weight.linear(tape, x)) {
        NDArray partSum = tape.plain(y -> y.get(0).sum().reshape(1), part);
        sum = sum == null ? partSum : tape.plain(p -> p.get(0).add(p.get(1)), sum, partSum);
      }
      tape.backward(sum);
      for (var parameter : weight.adapted()) {
        weight
            .update(parameter)
            .orElseThrow()
            .parameters()
            .forEach(p -> JniUtils.zeroGrad((PtNDArray) p.getArray()));
      }
      JniUtils.zeroGrad((PtNDArray) x);
      return sum.getFloat(0);
    }
  }
}
