package dev.adder.training;

import ai.djl.ndarray.NDManager;
import com.sun.jna.NativeLibrary;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.AdditionalScan;
import dev.adder.adapter.Attachment;
import dev.adder.adapter.BitFit;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.InitialStateTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.PrefixTuning;
import dev.adder.adapter.StateOffset;
import dev.adder.adapter.Targets;
import dev.adder.data.TokenBatch;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.MachineMemory;
import java.util.List;

/**
 * Trains in a JVM of its own and says what memory it took: vocabulary, width, layers, batch,
 * length, method, checkpointing, steps.
 */
public final class MemoryRun {

  private MemoryRun() {}

  static PeftMethod method(String name) {
    return switch (name) {
      case "lora" -> new Lora(8, 8, 0, Targets.of("in_proj", "out_proj"));
      case "dropout" -> new Lora(8, 8, 0.1, Targets.of("in_proj", "out_proj"));
      case "bitfit" -> new BitFit();
      case "dora" -> Lora.of(8, "in_proj", "out_proj").dora();
      case "embedding" -> Lora.of(8, "embedding");
      case "offset" -> StateOffset.ofState().and(StateOffset.ofOutput());
      case "scan" -> AdditionalScan.of(8);
      case "prefix" -> PrefixTuning.of(32).and(new InitialStateTuning(true));
      default -> new FullFineTuning();
    };
  }

  public static void main(String[] arguments) {
    MambaConfig config =
        MambaConfig.of(number(arguments[0]), number(arguments[1]), number(arguments[2]));
    int batch = number(arguments[3]);
    int length = number(arguments[4]);
    PeftMethod method = method(arguments[5]);
    boolean checkpointing = Boolean.parseBoolean(arguments[6]);
    int steps = number(arguments[7]);
    // Libraries, threads and compiled code are there before anything is counted.
    train(MambaConfig.of(64, 32, 2), method, 1, 40, checkpointing, 800, false);
    train(config, method, batch, length, checkpointing, steps, true);
    System.out.println("peak=" + MachineMemory.peak().orElseThrow());
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static void train(
      MambaConfig config,
      PeftMethod method,
      int batch,
      int length,
      boolean checkpointing,
      int steps,
      boolean counted) {
    List<Attachment> attachments = method.attachments(MambaWeights.of(config), List.of());
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Mamba mamba = new Mamba(config, RandomWeights.of(config, manager));
      MemoryForecast forecast =
          MemoryForecast.of(config, attachments, batch, length, checkpointing);
      // What compiling took and gave back is not there to be taken again.
      NativeLibrary.getInstance("c").getFunction("malloc_trim").invokeInt(new Object[] {0L});
      long before = MachineMemory.resident().orElseThrow();
      AdaptedModel<Mamba> adapted =
          AdaptedModel.attach(mamba, attachments, manager, KeyedRandom.of(2));
      TokenBatch tokens = RandomWeights.batch(config, batch, length, 0);
      TrainingSettings settings =
          TrainingSettings.PAPER.learningRate(1e-4).checkpointing(checkpointing);
      long start = System.nanoTime();
      new TrainingLoop(adapted.model(), settings, KeyedRandom.of(4))
          .run(
              "main",
              Objective.nextToken(adapted.model(), step -> tokens),
              steps,
              steps,
              (step, log) -> {
                if (counted && (step.step() == Math.max(1, steps / 4) || step.step() == steps)) {
                  System.out.println("tensors." + step.step() + "=" + tensors(manager));
                  System.out.println(
                      "resident." + step.step() + "=" + MachineMemory.resident().orElseThrow());
                }
              });
      if (counted) {
        System.out.println("before=" + before);
        System.out.println("forecast=" + forecast.neededBytes());
        System.out.println("millis=" + (System.nanoTime() - start) / 1_000_000);
        System.out.println(forecast);
      }
    }
  }

  /** Live tensors that the model's manager or one below it holds. */
  private static int tensors(NDManager manager) {
    return manager.getManagedArrays().size();
  }
}
