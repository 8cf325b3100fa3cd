package dev.adder.training;

import ai.djl.ndarray.NDManager;
import com.sun.management.ThreadMXBean;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.Lora;
import dev.adder.adapter.Targets;
import dev.adder.data.TokenBatch;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.tensor.KeyedRandom;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Trains in a JVM of its own and says what a step allocates on the Java heap: width, length. */
public final class HeapRun {

  private static final int STEPS = 400;
  private static final int COMPILED = 300;

  private HeapRun() {}

  public static void main(String[] arguments) {
    MambaConfig config = MambaConfig.of(300, Integer.parseInt(arguments[0]), 2);
    int length = Integer.parseInt(arguments[1]);
    Lora method = new Lora(4, 4, 0, Targets.of("in_proj", "out_proj"));
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        AdaptedModel<Mamba> adapted =
            AdaptedModel.attach(
                new Mamba(config, RandomWeights.of(config, manager)),
                method.attachments(MambaWeights.of(config), List.of()),
                manager,
                KeyedRandom.of(5))) {
      TokenBatch batch = RandomWeights.batch(config, 1, length, 0);
      List<Long> marks = new ArrayList<>();
      new TrainingLoop(adapted.model(), TrainingSettings.PAPER, KeyedRandom.of(6))
          .run(
              "main",
              Objective.nextToken(adapted.model(), step -> batch),
              STEPS,
              STEPS,
              (step, to) -> marks.add(allocated()));
      List<Long> steps = new ArrayList<>();
      for (int i = COMPILED; i < STEPS; i++) {
        steps.add(marks.get(i) - marks.get(i - 1));
      }
      System.out.println("bytes=" + steps.stream().sorted().toList().get(steps.size() / 2));
    }
  }

  /** Bytes that all threads, the kernels' helpers among them, have allocated on the Java heap. */
  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }
}
