package dev.adder.benchmarks.work;

import dev.adder.adapter.DimensionSelection;
import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import dev.adder.adapter.Targets;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The fine-tuning methods that are measured, by the name of a case's variant. */
public final class Methods {

  /** What the paper puts LoRA on when it compares at one number of trained parameters. */
  private static final List<List<String>> COMPARED_TARGETS =
      List.of(
          List.of("out_proj", "dt_proj"),
          List.of("out_proj", "x_proj"),
          List.of("out_proj", "x_proj", "dt_proj"));

  /** As in the released configurations: LoRA r=8 on out_proj, 1 % of channels, 25 % of states. */
  private static final SdLora SDLORA =
      new SdLora(lora(8, "out_proj"), Share.percent(1), Share.percent(25), OptionalInt.of(1));

  private Methods() {}

  public static PeftMethod of(String variant, MambaConfig config) {
    return switch (variant) {
      case "full" -> new FullFineTuning();
      case "lora" -> lora(8, "in_proj", "out_proj");
      case "sdlora" -> SDLORA;
      case "same-size" -> sameSize(config);
      default ->
          throw new IllegalArgumentException(
              "There is no method \"%s\". There are: full, lora, sdlora, same-size."
                  .formatted(variant));
    };
  }

  private static Lora lora(int rank, String... targets) {
    return new Lora(rank, rank, 0, Targets.of(targets));
  }

  /** The LoRA, among those the paper compares with, whose size is closest to SDLoRA's. */
  static Lora sameSize(MambaConfig config) {
    List<WeightSpec> weights = MambaWeights.of(config);
    long wanted = SDLORA.trainedParameters(weights);
    return COMPARED_TARGETS.stream()
        .flatMap(
            targets -> {
              int largest = targets.contains("dt_proj") ? config.dtRank() : config.dModel();
              return IntStream.rangeClosed(1, Math.min(8, largest))
                  .mapToObj(rank -> lora(rank, targets.toArray(String[]::new)));
            })
        .min(Comparator.comparingLong(lora -> Math.abs(lora.trainedParameters(weights) - wanted)))
        .orElseThrow();
  }

  /** A choice of channels and states without a warm-up: spread evenly. */
  public static List<DimensionSelection> selections(MambaConfig config) {
    List<Integer> channels =
        spread(SDLORA.channels().of(config.dInner(), "channel"), config.dInner());
    List<Integer> states = spread(SDLORA.states().of(config.dState(), "state"), config.dState());
    List<List<Integer>> statesOfEach = channels.stream().map(channel -> states).toList();
    List<DimensionSelection> selections = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      selections.add(new DimensionSelection(layer, channels, statesOfEach, new float[0][0]));
    }
    return selections;
  }

  private static List<Integer> spread(int count, int size) {
    return IntStream.range(0, count).mapToObj(i -> i * size / count).toList();
  }
}
