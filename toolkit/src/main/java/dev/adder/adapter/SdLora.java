package dev.adder.adapter;

import ai.djl.ndarray.NDArray;
import dev.adder.model.StateSpaceModel;
import dev.adder.model.Weight;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import dev.adder.model.WeightUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * SDLoRA (paper v1; called LoRA &amp; SDT in v3): LoRA on projections, and in each SSM only some
 * channels and states are trained.
 *
 * <p>A warm-up trains a dense change G of every A_log beside the LoRA. Channels are ranked by Σ_n
 * G[c,n]², the states of a chosen channel by G[c,n]². Then everything restarts from the pretrained
 * weights: A_log is trained at the chosen (channel, state) entries, W_B and W_C at all states of
 * the chosen channels, and the LoRA anew. The ranking and what is warmed up follow the released
 * code; the paper's prose ranks by the change of the discretised Ā.
 *
 * @param lora the low-rank part; the released configurations use rank 8 on out_proj
 * @param channels trained channels of each SSM
 * @param states trained states of each chosen channel, in A_log
 * @param warmUpUpdates optimizer steps of the warm-up; empty for half an epoch, at most 500. The
 *     released code makes 249 for RTE, which is half an epoch, and 500 for all else
 */
public record SdLora(Lora lora, Share channels, Share states, OptionalInt warmUpUpdates)
    implements PeftMethod {

  private static final int LONGEST_DEFAULT_WARM_UP = 500;

  public SdLora {
    if (warmUpUpdates.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "The warm-up has %d updates; it must have at least 1 to rank channels by."
              .formatted(warmUpUpdates.getAsInt()));
    }
  }

  @Override
  public String describe() {
    return "SDLoRA channels=%s states=%s, %s".formatted(channels, states, lora.describe());
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    List<Attachment> attachments = new ArrayList<>(lora.attachments(weights, selections));
    for (WeightSpec weight : stateMatrices(weights)) {
      int dInner = Math.toIntExact(weight.shape().get(0));
      int dState = Math.toIntExact(weight.shape().get(1));
      Optional<DimensionSelection> selection =
          selections.stream().filter(s -> s.layer() == weight.layer()).findFirst();
      int trainedChannels = channels.of(dInner, "channel");
      attachments.add(
          new Attachment(
              weight.whole(),
              new SparseEntries(trainedChannels * states.of(dState, "state"), selection)));
      WeightSpec xProj =
          weights.stream()
              .filter(w -> w.layer() == weight.layer() && w.target().equals("x_proj"))
              .findFirst()
              .orElseThrow();
      for (String part : List.of("B", "C")) {
        attachments.add(
            new Attachment(xProj.part(part), new SparseColumns(trainedChannels, selection)));
      }
    }
    return attachments;
  }

  @Override
  public Optional<WarmUp> warmUp() {
    return Optional.of(new RankByChange());
  }

  private static List<WeightSpec> stateMatrices(List<WeightSpec> weights) {
    return weights.stream().filter(w -> w.kind() == WeightSpec.Kind.STATE_MATRIX).toList();
  }

  private final class RankByChange implements WarmUp {

    @Override
    public int updates(int stepsPerEpoch) {
      return warmUpUpdates.orElse(
          Math.min(LONGEST_DEFAULT_WARM_UP, Math.max(1, (stepsPerEpoch + 1) / 2)));
    }

    @Override
    public List<Attachment> attachments(List<WeightSpec> weights) {
      List<Attachment> attachments = new ArrayList<>(lora.attachments(weights, List.of()));
      stateMatrices(weights)
          .forEach(weight -> attachments.add(new Attachment(weight.whole(), new DenseChange())));
      return attachments;
    }

    @Override
    public List<DimensionSelection> select(StateSpaceModel<?> warmedUp) {
      List<DimensionSelection> selections = new ArrayList<>();
      for (Weight weight : warmedUp.weights()) {
        if (weight.spec().kind() != WeightSpec.Kind.STATE_MATRIX) {
          continue;
        }
        WeightSlot slot = weight.spec().whole();
        WeightUpdate change = weight.update(slot).orElseThrow();
        NDArray g = change.parameters().get(0).getArray();
        selections.add(
            DimensionSelection.byChange(weight.spec().layer(), values(g), channels, states));
      }
      return selections;
    }

    private static float[][] values(NDArray matrix) {
      int rows = Math.toIntExact(matrix.getShape().get(0));
      int columns = Math.toIntExact(matrix.getShape().get(1));
      float[] flat = matrix.toFloatArray();
      float[][] values = new float[rows][];
      for (int i = 0; i < rows; i++) {
        values[i] = java.util.Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
      }
      return values;
    }
  }
}
