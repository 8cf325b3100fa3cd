package dev.adder.adapter;

import dev.adder.model.StateSpaceModel;
import dev.adder.model.Weight;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.DoubleSupplier;

/**
 * Sparse dimension tuning (SDT, paper v3; the SSM part of v1's SDLoRA): in each SSM only some
 * channels and states are trained.
 *
 * <p>A first phase ranks them ({@link Ranking}). Then everything restarts from the pretrained
 * weights: A_log is trained at the chosen (channel, state) entries, W_B and W_C at all states of
 * the chosen channels. With {@code .and(lora)} the LoRA is trained beside it, in both phases, and
 * anew in the second: that is {@link SdLora}.
 *
 * @param channels trained channels of each SSM
 * @param states trained states of each chosen channel, in A_log
 * @param warmUpUpdates optimizer steps of the warm-up; empty for half an epoch, at most 500. The
 *     released code makes 249 for RTE, which is half an epoch, and 500 for all else
 * @param ranking what channels and states are ranked by
 * @param pruning what is set to zero
 */
public record Sdt(
    Share channels, Share states, OptionalInt warmUpUpdates, Ranking ranking, Pruning pruning)
    implements PeftMethod {

  private static final int LONGEST_DEFAULT_WARM_UP = 500;

  public Sdt {
    if (warmUpUpdates.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "The warm-up has %d updates; it must have at least 1 to rank channels by."
              .formatted(warmUpUpdates.getAsInt()));
    }
  }

  /** As released: ranked by the change of A_log, nothing is pruned. */
  public static Sdt of(Share channels, Share states) {
    return new Sdt(channels, states, OptionalInt.empty(), Ranking.CHANGE, Pruning.NONE);
  }

  /** The same with a warm-up of so many optimizer steps. */
  public Sdt warmUp(int updates) {
    return new Sdt(channels, states, OptionalInt.of(updates), ranking, pruning);
  }

  /** The same, ranked otherwise. */
  public Sdt rankedBy(Ranking by) {
    return new Sdt(channels, states, warmUpUpdates, by, pruning);
  }

  /** The same with pruning: SDT-P. */
  public Sdt pruned(Pruning zeroed) {
    return new Sdt(channels, states, warmUpUpdates, ranking, zeroed);
  }

  @Override
  public String describe() {
    return "SDT%s channels=%s states=%s%s"
        .formatted(
            pruning.isNone() ? "" : "-P (zero " + pruning + ")",
            channels,
            states,
            ranking == Ranking.CHANGE ? "" : " by " + ranking.word());
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    requireMamba(weights);
    List<Attachment> attachments = new ArrayList<>();
    for (WeightSpec weight : stateMatrices(weights)) {
      int dInner = Math.toIntExact(weight.shape().get(0));
      int dState = Math.toIntExact(weight.shape().get(1));
      Optional<DimensionSelection> selection =
          selections.stream().filter(s -> s.layer() == weight.layer()).findFirst();
      int trainedChannels = channels.of(dInner, "channel");
      int trainedStates = states.of(dState, "state");
      requireRoom("channel", trainedChannels, pruning.channels(), dInner);
      requireRoom("state", trainedStates, pruning.states(), dState);
      attachments.add(
          new Attachment(
              weight.whole(),
              new SparseEntries(
                  trainedChannels * trainedStates, selection, Optional.of(Ranking.FORGETS))));
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

  private static void requireMamba(List<WeightSpec> weights) {
    if (weights.stream().noneMatch(weight -> weight.target().equals("x_proj"))) {
      throw new IllegalArgumentException(
          "SDT in this form trains A_log and x_proj of Mamba, and this model has no x_proj. Use S4Sdt for deep S4.");
    }
  }

  private static void requireRoom(String axis, int trained, Optional<Share> zeroed, int size) {
    int zero = zeroed.map(share -> share.of(size, axis)).orElse(0);
    if (trained + zero > size) {
      throw new IllegalArgumentException(
          "%d %ss are to be trained and %d zeroed, but there are %d. Zero at most %d."
              .formatted(trained, axis, zero, size, size - trained));
    }
  }

  @Override
  public boolean startsNeutral() {
    return pruning.isNone();
  }

  @Override
  public Optional<WarmUp> warmUp() {
    return Optional.of(new Ranked());
  }

  private static List<WeightSpec> stateMatrices(List<WeightSpec> weights) {
    return weights.stream().filter(w -> w.kind() == WeightSpec.Kind.STATE_MATRIX).toList();
  }

  private final class Ranked implements WarmUp {

    @Override
    public Kind kind() {
      return ranking.kind();
    }

    @Override
    public int updates(int stepsPerEpoch) {
      return warmUpUpdates.orElse(
          Math.min(LONGEST_DEFAULT_WARM_UP, Math.max(1, (stepsPerEpoch + 1) / 2)));
    }

    @Override
    public List<Attachment> attachments(List<WeightSpec> weights) {
      return stateMatrices(weights).stream()
          .map(weight -> new Attachment(weight.whole(), new DenseChange()))
          .toList();
    }

    @Override
    public List<DimensionSelection> select(
        StateSpaceModel<?> model, DoubleSupplier loss, long seed) {
      List<DimensionSelection> selections = new ArrayList<>();
      for (WeightSpec spec : stateMatrices(model.specs())) {
        Weight aLog = model.weight(spec.name());
        int chosen = channels.of(Math.toIntExact(spec.shape().get(0)), "channel");
        float[][] scores = ranking.scores(new Ranking.Block(aLog, model, loss, seed, chosen));
        selections.add(DimensionSelection.byScore(spec.layer(), scores, channels, states, pruning));
      }
      return selections;
    }
  }
}
