package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.List;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;

/** T1: prefix-tuning an S4 layer is choosing its initial state. */
public final class PrefixIsInitialState extends Claim<PrefixIsInitialState> {

  private static final String ENOUGH = "at least H tokens";
  private static final String DISTINCT = "distinct eigenvalues";
  private static final String ACTIVE = "nonzero b";
  private static final String SAME = "same output weights";
  private static final int LENGTH = 50;
  private static final int INPUTS = 5;
  private static final int FITTED_INPUTS = 20;

  private static final Statement STATEMENT =
      new Statement(
          "T1",
          "Prefix-tuning an S4 layer is choosing its initial state",
          "Put M free tokens p_1 … p_M before the input of an S4 layer and drop their outputs."
              + " (1) The outputs on the real tokens are those of the same layer started at the state"
              + " h_0 that the formula gives. (2) With distinct eigenvalues and all b ≠ 0 every h_0 is"
              + " reached by some prefix if M ≥ H, and not otherwise. (3) The prefix adds a term that"
              + " does not depend on the input and fades like ρᵗ, ρ the largest |a|.",
          "h_0[d,i] = \\sum_{m=1}^{M} a_{d,i}^{M-m}\\, b_{d,i}\\, p_m[d],\\qquad"
              + " \\{h_0\\} = \\mathrm{range}\\big(\\mathrm{diag}(b)\\,V\\big),\\; V_{im} = a_i^{M-m},\\qquad"
              + " |e_t| \\le \\|c\\|_1\\,\\|h_0\\|_\\infty\\,\\rho^t",
          "The most that prefix-tuning an S4 module can express is what tuning the initial hidden"
              + " state alone can express.",
          List.of(
              new Place("v1", "a Proposition in the section on prompt methods", Certainty.MEMORY),
              new Place("v1", "what it says", Certainty.SEARCH),
              new Place("v3", "kept, shortened", Certainty.MEMORY)),
          List.of(
              new Hypothesis(ENOUGH, "the prefix has at least H tokens", "it has one less"),
              new Hypothesis(
                  DISTINCT, "the eigenvalues of a channel differ", "two of them are equal"),
              new Hypothesis(ACTIVE, "all b are nonzero", "one b is 0"),
              new Hypothesis(
                  SAME,
                  "the target is the frozen layer, started elsewhere",
                  "the target has another C; the best h_0 for 20 inputs is taken")));

  PrefixIsInitialState(Plan plan) {
    super(plan);
  }

  static PrefixIsInitialState standard() {
    return new PrefixIsInitialState(Plan.of(sizes(2), sizes(4), sizes(8)));
  }

  private static Sizes sizes(int states) {
    return Sizes.of("channels", 3, "states", states);
  }

  @Override
  PrefixIsInitialState with(Plan plan) {
    return new PrefixIsInitialState(plan);
  }

  /** Channels of the layer. */
  public PrefixIsInitialState channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public PrefixIsInitialState states(int count) {
    return size("states", count);
  }

  /** Tokens of the prefix, M; four times the states if not said. */
  public PrefixIsInitialState prefix(int tokens) {
    return size("prefix", tokens);
  }

  /**
   * Eigenvalues equally spaced in (0.05, 0.98), as in Mamba, rather than at the nodes that are best
   * conditioned: the prefix that reaches a state then becomes astronomically large.
   */
  public PrefixIsInitialState positiveEigenvalues() {
    return size("positive", 1);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atMost(1e-10);
  }

  @Override
  String axis() {
    return "states";
  }

  private static int tokens(Sizes sizes) {
    return sizes.values().getOrDefault("prefix", 4 * sizes.get("states"));
  }

  @Override
  void requireSizes(Sizes sizes, Set<String> dropped) {
    if (tokens(sizes) < sizes.get("states") && !dropped.contains(ENOUGH)) {
      throw new IllegalArgumentException(
          "A prefix of %d tokens cannot reach every state of H = %d. Use prefix(%d) or more, or .without(\"%s\")."
              .formatted(tokens(sizes), sizes.get("states"), sizes.get("states"), ENOUGH));
    }
    if (sizes.get("states") < 2 && !dropped.isEmpty()) {
      throw new IllegalArgumentException(
          "With one state there is nothing to break. Use states(2) or more.");
    }
  }

  @Override
  List<Sizes> controlSizes(String hypothesis) {
    return sizes().stream()
        .map(sizes -> sizes.get("states") < 2 ? sizes.with("states", 2) : sizes)
        .map(sizes -> tokens(sizes) < 2 ? sizes.with("prefix", 2) : sizes)
        .distinct()
        .toList();
  }

  @Override
  void run(Instance instance) {
    S4Channels layer = layer(instance);
    if (instance.without(SAME)) {
      otherOutputWeights(instance, layer);
      return;
    }
    Draw draw = instance.draw();
    int states = layer.states();
    int tokens = instance.without(ENOUGH) ? states - 1 : tokens(instance.sizes());
    RealMatrix x = draw.normals(LENGTH, layer.channels());

    RealMatrix given = draw.normals(tokens, layer.channels());
    RealMatrix reached = reached(layer, given);
    instance.show("a", layer.a());
    instance.show("b", layer.b());
    instance.show("a prefix p", given);
    instance.show("h_0 of that prefix", reached);
    instance.conclude(
        "prefix gives a state",
        Matrices.difference(behind(layer, given, x), layer.run(x, reached)));

    RealMatrix wanted = draw.normals(layer.channels(), states);
    RealMatrix prefix = prefix(instance, layer, wanted, tokens);
    instance.show("a state h_0", wanted);
    instance.show("the prefix for that state", prefix);
    instance.conclude(
        "state has a prefix", Matrices.difference(behind(layer, prefix, x), layer.run(x, wanted)));

    RealMatrix added = layer.run(x, wanted).subtract(layer.run(x));
    instance.show("added term", added);
    for (int i = 1; i < INPUTS; i++) {
      RealMatrix other = draw.normals(LENGTH, layer.channels());
      RealMatrix again = layer.run(other, wanted).subtract(layer.run(other));
      instance.conclude("same term for every input", Matrices.difference(again, added));
    }
    instance.conclude("term fades", overshoot(layer, wanted, added));
  }

  private static S4Channels layer(Instance instance) {
    Draw draw = instance.draw();
    int channels = instance.size("channels");
    int states = instance.size("states");
    RealMatrix a = Matrices.zeros(channels, states);
    for (int d = 0; d < channels; d++) {
      for (int i = 0; i < states; i++) {
        a.setEntry(d, i, eigenvalue(instance, i, states));
      }
    }
    RealMatrix b = Matrices.map(a, v -> draw.signed(0.5, 1.5));
    RealMatrix c = draw.normals(channels, states);
    if (instance.without(DISTINCT)) {
      a.setColumnMatrix(1, a.getColumnMatrix(0));
    }
    if (instance.without(ACTIVE)) {
      b.setColumn(0, new double[channels]);
    }
    return new S4Channels(a, b, c);
  }

  /** Chebyshev's nodes in (−0.95, 0.95), moved by less than a third of their distance. */
  private static double eigenvalue(Instance instance, int i, int states) {
    double move = instance.draw().uniform(-0.3, 0.3);
    if (instance.sizes().values().containsKey("positive")) {
      return states == 1 ? 0.5 : 0.05 + (0.98 - 0.05) * i / (states - 1);
    }
    return 0.95 * Math.cos(Math.PI * (i + 0.5 + move) / states);
  }

  /** h_0[d, i] = Σ_m a^(M−m) b p_m. */
  private static RealMatrix reached(S4Channels layer, RealMatrix prefix) {
    RealMatrix state = Matrices.zeros(layer.channels(), layer.states());
    for (int d = 0; d < layer.channels(); d++) {
      state.setRow(d, system(layer, d, prefix.getRowDimension()).operate(prefix.getColumn(d)));
    }
    return state;
  }

  /** diag(b) V of a channel, with a^(M−m) b in row i and column m. */
  private static RealMatrix system(S4Channels layer, int channel, int tokens) {
    RealMatrix system = Matrices.zeros(layer.states(), tokens);
    for (int i = 0; i < layer.states(); i++) {
      double entry = layer.b().getEntry(channel, i);
      for (int m = tokens - 1; m >= 0; m--) {
        system.setEntry(i, m, entry);
        entry *= layer.a().getEntry(channel, i);
      }
    }
    return system;
  }

  /** The smallest prefix that comes closest to a state. */
  private static RealMatrix prefix(
      Instance instance, S4Channels layer, RealMatrix state, int tokens) {
    RealMatrix prefix = Matrices.zeros(tokens, layer.channels());
    for (int d = 0; d < layer.channels(); d++) {
      RealMatrix system = system(layer, d, tokens);
      instance.show("diag(b) V of channel " + d, system);
      prefix.setColumn(d, Solution.of(system, instance).inverse().operate(state.getRow(d)));
    }
    return prefix;
  }

  /** The outputs on x behind a prefix. */
  private static RealMatrix behind(S4Channels layer, RealMatrix prefix, RealMatrix x) {
    RealMatrix all = layer.run(Matrices.stack(prefix, x));
    return Matrices.rows(all, prefix.getRowDimension(), all.getRowDimension());
  }

  /** By how much the added term is above ‖c‖₁ ‖h_0‖∞ ρᵗ, as a share of it. */
  private static double overshoot(S4Channels layer, RealMatrix state, RealMatrix added) {
    double most = 0;
    for (int d = 0; d < layer.channels(); d++) {
      double rho = layer.a().getRowVector(d).getLInfNorm();
      double bound = layer.c().getRowVector(d).getL1Norm() * state.getRowVector(d).getLInfNorm();
      double first = bound;
      for (int t = 0; t < added.getRowDimension(); t++) {
        bound *= rho;
        most = Math.max(most, (Math.abs(added.getEntry(t, d)) - bound) / first);
      }
    }
    return most;
  }

  /** What is left of the way to a layer with another C, after the best initial state. */
  private static void otherOutputWeights(Instance instance, S4Channels layer) {
    Draw draw = instance.draw();
    RealMatrix other = draw.normals(layer.channels(), layer.states());
    S4Channels target = new S4Channels(layer.a(), layer.b(), other);
    double left = 0;
    double before = 0;
    RealMatrix[] gaps = new RealMatrix[FITTED_INPUTS];
    RealMatrix mean = Matrices.zeros(LENGTH, layer.channels());
    for (int i = 0; i < FITTED_INPUTS; i++) {
      RealMatrix x = draw.normals(LENGTH, layer.channels());
      gaps[i] = target.run(x).subtract(layer.run(x));
      mean = mean.add(gaps[i].scalarMultiply(1.0 / FITTED_INPUTS));
    }
    RealMatrix best = bestTerm(instance, layer, mean);
    for (RealMatrix gap : gaps) {
      left += square(gap.subtract(best));
      before += square(gap);
    }
    instance.conclude("share of the error that remains", Math.sqrt(left / before));
  }

  /** The term of an initial state that is closest to the mean of what is missing. */
  private static RealMatrix bestTerm(Instance instance, S4Channels layer, RealMatrix mean) {
    RealMatrix term = mean.copy();
    RealMatrix silence = Matrices.zeros(LENGTH, layer.channels());
    RealMatrix[] responses = new RealMatrix[layer.states()];
    for (int i = 0; i < responses.length; i++) {
      RealMatrix unit = Matrices.zeros(layer.channels(), layer.states());
      unit.setColumnMatrix(i, Matrices.constant(layer.channels(), 1, 1));
      responses[i] = layer.run(silence, unit);
    }
    for (int d = 0; d < layer.channels(); d++) {
      RealMatrix system = Matrices.zeros(LENGTH, layer.states());
      for (int i = 0; i < responses.length; i++) {
        system.setColumn(i, responses[i].getColumn(d));
      }
      double[] state = Solution.of(system, instance).inverse().operate(mean.getColumn(d));
      term.setColumn(d, system.operate(state));
    }
    return term;
  }

  private static double square(RealMatrix matrix) {
    double norm = matrix.getFrobeniusNorm();
    return norm * norm;
  }
}
