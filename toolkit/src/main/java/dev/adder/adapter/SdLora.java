package dev.adder.adapter;

import dev.adder.model.WeightSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * SDLoRA (paper v1; called LoRA &amp; SDT in v3): LoRA on projections, and in each SSM only some
 * channels and states are trained: {@link Sdt} as released, beside a {@link Lora}.
 *
 * @param lora the low-rank part; the released configurations use rank 8 on out_proj
 * @param channels trained channels of each SSM
 * @param states trained states of each chosen channel, in A_log
 * @param warmUpUpdates optimizer steps of the warm-up; empty for half an epoch, at most 500
 */
public record SdLora(Lora lora, Share channels, Share states, OptionalInt warmUpUpdates)
    implements PeftMethod {

  public SdLora {
    parts(lora, channels, states, warmUpUpdates);
  }

  private static Combined parts(
      Lora lora, Share channels, Share states, OptionalInt warmUpUpdates) {
    Sdt sdt = new Sdt(channels, states, warmUpUpdates, Ranking.CHANGE, Pruning.NONE);
    return new Combined(List.of(lora, sdt));
  }

  private Combined parts() {
    return parts(lora, channels, states, warmUpUpdates);
  }

  @Override
  public String describe() {
    return "SDLoRA channels=%s states=%s, %s".formatted(channels, states, lora.describe());
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    return parts().attachments(weights, selections);
  }

  @Override
  public Optional<WarmUp> warmUp() {
    return parts().warmUp();
  }
}
