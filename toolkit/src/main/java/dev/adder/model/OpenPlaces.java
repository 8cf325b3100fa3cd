package dev.adder.model;

import dev.adder.model.WeightSpec.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The places that a pretrained model leaves open, and that a method may fill: what is read before
 * the first token, the state it begins from, and what stands beside its states. Deep S4 has those
 * of initial states and prefixes.
 *
 * <p>Each is a weight of kind {@link Kind#OPEN}: no checkpoint has it, and without an update the
 * model behaves as if it were absent. Sizes are taken from the weights beside it.
 */
public final class OpenPlaces {

  public static final String PROMPT = "prompt";
  public static final String PREFIX = "prefix";
  public static final String AFFIX = "affix";
  public static final String INITIAL_STATE = "h0";
  public static final String INITIAL_WINDOW = "conv_state";
  public static final String STATE_OFFSET = "state_offset";
  public static final String OUTPUT_OFFSET = "output_offset";
  public static final String EXTRA_A = "A_log.extra";
  public static final String EXTRA_B = "x_proj.B.extra";
  public static final String EXTRA_C = "x_proj.C.extra";

  private static final String S4_OUTPUT = "C";
  private static final String OF_FIRST = ".first";

  private OpenPlaces() {}

  /** Embeddings read before every sequence: (tokens, d_model). */
  public static WeightSpec prompt(List<WeightSpec> weights, int tokens) {
    long dModel =
        weights.stream()
            .filter(weight -> weight.kind() == Kind.EMBEDDING)
            .findFirst()
            .orElseThrow(() -> missing(PROMPT, "embedding"))
            .shape()
            .get(1);
    return new WeightSpec(
        "backbone.prompt", PROMPT, -1, Kind.OPEN, List.of((long) tokens, dModel), List.of());
  }

  /** Inputs of in_proj, or of S4, before the sequence, in every block: (tokens, d_model). */
  public static List<WeightSpec> prefixes(List<WeightSpec> weights, int tokens) {
    if (isS4(weights)) {
      return beside("D", PREFIX, weights, d -> List.of((long) tokens, d.shape().get(0)));
    }
    return beside(
        "in_proj", PREFIX, weights, inProj -> List.of((long) tokens, inProj.shape().get(1)));
  }

  /** Whether the blocks are S4, whose C is a weight and not computed from the input. */
  private static boolean isS4(List<WeightSpec> weights) {
    return weights.stream().anyMatch(weight -> weight.target().equals(S4_OUTPUT));
  }

  /** Inputs of the convolution before the sequence, in every block: (tokens, d_inner). */
  public static List<WeightSpec> affixes(List<WeightSpec> weights, int tokens) {
    return beside("D", AFFIX, weights, d -> List.of((long) tokens, d.shape().get(0)));
  }

  /**
   * The state before the first token, in every block: (d_inner, d_state), and (d, n, 2) if it is
   * complex.
   */
  public static List<WeightSpec> initialStates(List<WeightSpec> weights) {
    return beside(isS4(weights) ? S4_OUTPUT : "A_log", INITIAL_STATE, weights, WeightSpec::shape);
  }

  /** The convolution's inputs before the first token, in every block: (d_conv − 1, d_inner). */
  public static List<WeightSpec> initialWindows(List<WeightSpec> weights) {
    return beside(
        "conv1d",
        INITIAL_WINDOW,
        weights,
        conv -> List.of(conv.shape().get(2) - 1, conv.shape().get(0)));
  }

  /** What is added to the state where it is read, in every block: (d_inner, d_state). */
  public static List<WeightSpec> stateOffsets(List<WeightSpec> weights) {
    return beside("A_log", STATE_OFFSET, weights, WeightSpec::shape);
  }

  /** What is added to the scan's output before its gate, in every block: (d_inner). */
  public static List<WeightSpec> outputOffsets(List<WeightSpec> weights) {
    return beside("D", OUTPUT_OFFSET, weights, WeightSpec::shape);
  }

  /**
   * Further states of every block: columns of A_log (d_inner, states), which begin as copies of the
   * model's last or first one, and rows of W_B and W_C (states, d_inner).
   *
   * @param ofLast whether A_log's last column is copied; its first otherwise
   */
  public static List<WeightSpec> extraStates(List<WeightSpec> weights, int states, boolean ofLast) {
    List<WeightSpec> extra = new ArrayList<>();
    for (WeightSpec a : beside("A_log", EXTRA_A, weights, a -> wide(a, states))) {
      String name = a.name() + (ofLast ? "" : OF_FIRST);
      extra.add(new WeightSpec(name, EXTRA_A, a.layer(), Kind.OPEN, a.shape(), List.of()));
    }
    for (String target : List.of(EXTRA_B, EXTRA_C)) {
      extra.addAll(beside("A_log", target, weights, a -> List.of((long) states, a.shape().get(0))));
    }
    return List.copyOf(extra);
  }

  /** Whether what stands in this place becomes part of the weights when they are merged. */
  static boolean merges(WeightSpec place) {
    return List.of(EXTRA_A, EXTRA_B, EXTRA_C).contains(place.target());
  }

  /** Whether it has a column for each state. */
  static boolean isByState(WeightSpec place) {
    return List.of(INITIAL_STATE, STATE_OFFSET).contains(place.target());
  }

  private static List<Long> wide(WeightSpec aLog, int states) {
    return List.of(aLog.shape().get(0), (long) states);
  }

  /** Whether these further columns of A_log begin as copies of its first one. */
  static boolean copiesFirst(WeightSpec extraA) {
    return extraA.name().endsWith(OF_FIRST);
  }

  private static List<WeightSpec> beside(
      String neighbour,
      String target,
      List<WeightSpec> weights,
      Function<WeightSpec, List<Long>> shape) {
    List<WeightSpec> places =
        weights.stream()
            .filter(weight -> weight.target().equals(neighbour))
            .map(
                weight ->
                    new WeightSpec(
                        weight.name().replaceFirst("[^.]+(\\.weight)?$", target),
                        target,
                        weight.layer(),
                        Kind.OPEN,
                        shape.apply(weight),
                        List.of()))
            .toList();
    if (places.isEmpty()) {
      throw missing(target, neighbour);
    }
    return places;
  }

  private static IllegalArgumentException missing(String target, String neighbour) {
    return new IllegalArgumentException(
        "This model has no place \"%s\": it has no %s beside which it would stand. Use a Mamba."
            .formatted(target, neighbour));
  }
}
