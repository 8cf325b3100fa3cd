package dev.adder.adapter;

import dev.adder.model.StateSpaceModel;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * Sparse dimension tuning of deep S4 (the SSM part of v1's SDLoRA, v3's SDT): in each layer A and C
 * are trained at the chosen states of the chosen channels, and log Δ whole. B is not a weight.
 *
 * <p>A first phase, from which all else is thrown away, ranks channels and states ({@link
 * S4Ranking}): the released code trains C, log Δ, A and D for 20 steps at a rate of 0.01, without
 * the methods beside it. With {@link #usable} the rest is pruned before (SDT-P): C becomes 0 at
 * channels that are not usable, and in the chosen channels at states that are not.
 *
 * <p>As released, SDT is {@code S4Sdt.of(…).withColumns().and(PartialTuning.of("D",
 * "linear.bias"))}, and SDLoRA {@code S4Sdt.of(…).and(lora).and(PartialTuning.of("D",
 * "linear.bias"))} with a LoRA on {@code linear}.
 *
 * @param channels trained channels of each layer
 * @param states trained states of each chosen channel
 * @param usable what is not pruned; empty for all
 * @param ranking what channels and states are ranked by
 * @param columns whether the columns of the linear layer that read the chosen channels are trained
 * @param warmUpUpdates optimizer steps of the first phase, or batches whose gradients are summed up
 */
public record S4Sdt(
    Share channels,
    Share states,
    Optional<Usable> usable,
    S4Ranking ranking,
    boolean columns,
    int warmUpUpdates)
    implements PeftMethod {

  private static final int RELEASED_UPDATES = 20;
  private static final double RELEASED_RATE = 0.01;
  private static final Set<String> NUMBERS = Set.of("log_A_real", "A_imag", "C");
  private static final Set<String> SYSTEM = Set.of("log_dt", "log_A_real", "A_imag", "C", "D");

  /**
   * What is not pruned.
   *
   * @param channels of each layer, at least those that are trained
   * @param states of each chosen channel, at least those that are trained
   */
  public record Usable(Share channels, Share states) {}

  public S4Sdt {
    if (warmUpUpdates < 1) {
      throw new IllegalArgumentException(
          "The warm-up has %d updates; it must have at least 1 to rank channels by."
              .formatted(warmUpUpdates));
    }
  }

  /** As released: ranked by magnitude and change in a warm-up of 20 steps, nothing is pruned. */
  public static S4Sdt of(Share channels, Share states) {
    return new S4Sdt(
        channels, states, Optional.empty(), S4Ranking.RELEASED, false, RELEASED_UPDATES);
  }

  /** The same by counts. */
  public static S4Sdt of(int channels, int states) {
    return of(Share.count(channels), Share.count(states));
  }

  /** The same with pruning: SDT-P. */
  public S4Sdt usable(Share usableChannels, Share usableStates) {
    Usable given = new Usable(usableChannels, usableStates);
    return new S4Sdt(channels, states, Optional.of(given), ranking, columns, warmUpUpdates);
  }

  /** The same, ranked otherwise. */
  public S4Sdt rankedBy(S4Ranking by) {
    return new S4Sdt(channels, states, usable, by, columns, warmUpUpdates);
  }

  /** The same, training also the linear layer at the chosen channels. */
  public S4Sdt withColumns() {
    return new S4Sdt(channels, states, usable, ranking, true, warmUpUpdates);
  }

  /** The same with a first phase of so many optimizer steps or batches. */
  public S4Sdt warmUp(int updates) {
    return new S4Sdt(channels, states, usable, ranking, columns, updates);
  }

  @Override
  public String describe() {
    return "SDT%s of S4 channels=%s states=%s%s%s"
        .formatted(
            usable.map(of -> "-P (keep %s, %s)".formatted(of.channels(), of.states())).orElse(""),
            channels,
            states,
            columns ? " with columns" : "",
            ranking == S4Ranking.RELEASED ? "" : " by " + ranking.word());
  }

  @Override
  public boolean startsNeutral() {
    return usable.isEmpty();
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    requireS4(weights, "SDT of S4");
    List<Attachment> attachments = new ArrayList<>();
    for (WeightSpec a : stateMatrices(weights)) {
      int trained = channels.of(size(a, 0), "channel");
      int entries = trained * states.of(size(a, 1), "state");
      usable.ifPresent(of -> requireRoom(of, a));
      Optional<DimensionSelection> selection =
          selections.stream().filter(s -> s.layer() == a.layer()).findFirst();
      for (WeightSpec weight : weights) {
        if (weight.layer() != a.layer()) {
          continue;
        }
        if (NUMBERS.contains(weight.target())) {
          Optional<Float> zero = weight.target().equals("C") ? Optional.of(0f) : Optional.empty();
          attachments.add(
              new Attachment(weight.whole(), new SparseEntries(entries, selection, zero)));
        } else if (weight.target().equals("log_dt")) {
          attachments.add(new Attachment(weight.whole(), new TrainedCopy()));
        } else if (columns && weight.target().equals("linear")) {
          attachments.add(new Attachment(weight.whole(), new SparseColumns(trained, selection)));
        }
      }
    }
    return attachments;
  }

  private static int size(WeightSpec weight, int axis) {
    return Math.toIntExact(weight.shape().get(axis));
  }

  private void requireRoom(Usable of, WeightSpec a) {
    requireRoom("channel", channels.of(size(a, 0), "channel"), of.channels(), size(a, 0));
    requireRoom("state", states.of(size(a, 1), "state"), of.states(), size(a, 1));
  }

  private static void requireRoom(String axis, int trained, Share usable, int size) {
    if (usable.of(size, axis) < trained) {
      throw new IllegalArgumentException(
          "%d %ss are to be trained, but only %d are usable. Keep at least %d."
              .formatted(trained, axis, usable.of(size, axis), trained));
    }
  }

  /** Refuses a model without S4 layers in continuous form. */
  static void requireS4(List<WeightSpec> weights, String method) {
    if (stateMatrices(weights).isEmpty()) {
      throw new IllegalArgumentException(
          "%s needs log_A_real and C as weights, as deep S4 in continuous form has them, and this model has none. Use Sdt or Lora for Mamba."
              .formatted(method));
    }
  }

  private static List<WeightSpec> stateMatrices(List<WeightSpec> weights) {
    return weights.stream().filter(weight -> weight.target().equals("log_A_real")).toList();
  }

  @Override
  public Optional<WarmUp> warmUp() {
    return Optional.of(new Ranked());
  }

  private final class Ranked implements WarmUp {

    @Override
    public Kind kind() {
      return ranking.kind();
    }

    @Override
    public int updates(int stepsPerEpoch) {
      return warmUpUpdates;
    }

    @Override
    public OptionalDouble learningRate() {
      return OptionalDouble.of(RELEASED_RATE);
    }

    @Override
    public boolean alone() {
      return true;
    }

    /** A ranking by gradient looks at the linear layer, too. */
    @Override
    public List<Attachment> attachments(List<WeightSpec> weights) {
      requireS4(weights, "SDT of S4");
      return weights.stream()
          .filter(weight -> weight.layer() >= 0)
          .filter(
              weight ->
                  SYSTEM.contains(weight.target())
                      || (kind() == Kind.GRADIENT && weight.target().equals("linear")))
          .map(weight -> new Attachment(weight.whole(), new TrainedCopy()))
          .toList();
    }

    @Override
    public List<DimensionSelection> select(
        StateSpaceModel<?> model, DoubleSupplier loss, long seed) {
      List<DimensionSelection> selections = new ArrayList<>();
      for (WeightSpec a : stateMatrices(model.specs())) {
        int chosen = channels.of(size(a, 0), "channel");
        S4Scores scores = ranking.scores(new S4Warmed(model, a, loss, seed, chosen));
        selections.add(select(a, scores));
      }
      return selections;
    }

    private DimensionSelection select(WeightSpec a, S4Scores scores) {
      int d = size(a, 0);
      int n = size(a, 1);
      List<Integer> usableChannels =
          best(scores.keep().ofChannels(), d, usable.map(of -> of.channels().of(d, "channel")));
      List<Integer> chosen =
          DimensionSelection.largest(scores.update().ofChannels(), d).stream()
              .filter(usableChannels::contains)
              .limit(channels.of(d, "channel"))
              .toList();
      List<List<Integer>> chosenStates = new ArrayList<>();
      List<List<Integer>> zeroedStates = new ArrayList<>();
      for (int channel : chosen) {
        List<Integer> usableStates =
            best(
                scores.keep().ofStates()[channel], n, usable.map(of -> of.states().of(n, "state")));
        chosenStates.add(
            DimensionSelection.largest(scores.update().ofStates()[channel], n).stream()
                .filter(usableStates::contains)
                .limit(states.of(n, "state"))
                .toList());
        zeroedStates.add(without(usableStates, n));
      }
      return new DimensionSelection(
          a.layer(),
          chosen,
          chosenStates,
          scores.update().toFloats(),
          without(usableChannels, d),
          usable.isPresent() ? zeroedStates : List.of());
    }
  }

  private static List<Integer> best(double[] scores, int size, Optional<Integer> count) {
    return DimensionSelection.largest(scores, count.orElse(size));
  }

  private static List<Integer> without(List<Integer> kept, int size) {
    return java.util.stream.IntStream.range(0, size)
        .boxed()
        .filter(i -> !kept.contains(i))
        .toList();
  }
}
