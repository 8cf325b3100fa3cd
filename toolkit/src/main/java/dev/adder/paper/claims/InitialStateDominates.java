package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** T2: no prefix trains to a lower loss than the best initial state. */
public final class InitialStateDominates extends Claim<InitialStateDominates> {

  private static final String WINDOW = "initial window";
  private static final int LENGTH = 12;
  private static final double NOISE = 1e-6;

  private static final Statement STATEMENT =
      new Statement(
          "T2",
          "Initial-state tuning is never worse than prefix-tuning",
          "With the same frozen weights, the lowest training loss over initial states of a layer is at"
              + " most the lowest over prefixes of any length, for S4, S6 and, if the convolution's"
              + " window is tuned too, a Mamba block; it costs D·H parameters per layer (and 3·D for"
              + " the window). Checked on targets that a prefix of the layer itself has made, plus"
              + " noise, against the exact least-squares state.",
          "\\min_{h_0} \\mathcal{L}(h_0) \\;\\le\\; \\min_{p_1 \\dots p_M} \\mathcal{L}(p)"
              + " \\qquad\\text{since } \\mathcal{L}(p) = \\mathcal{L}\\big(h_0(p)\\big)",
          "Initial-state tuning is at least as good as prefix-tuning; an experiment on GLUE shows it"
              + " better in the mean, and LoRA better than both.",
          List.of(
              new Place("v1", "a second Proposition or a remark", Certainty.MEMORY),
              new Place("v3", "a remark", Certainty.MEMORY)),
          List.of(
              new Hypothesis(
                  WINDOW,
                  "in a Mamba block the convolution's window is tuned too",
                  "only its one SSM state per channel is tuned, to the exact best")));

  InitialStateDominates(Plan plan) {
    super(plan);
  }

  static InitialStateDominates standard() {
    return new InitialStateDominates(Plan.of(sizes(4, 2), sizes(6, 4), sizes(8, 4)));
  }

  private static Sizes sizes(int channels, int states) {
    return Sizes.of("channels", channels, "states", states, "prefix", 6);
  }

  @Override
  InitialStateDominates with(Plan plan) {
    return new InitialStateDominates(plan);
  }

  /** Channels, D. */
  public InitialStateDominates channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public InitialStateDominates states(int count) {
    return size("states", count);
  }

  /** Tokens of the prefix, M. */
  public InitialStateDominates prefix(int tokens) {
    return size("prefix", tokens);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atMost(1e-8);
  }

  @Override
  String axis() {
    return "channels";
  }

  /** More states than one can stand in for the window's three inputs, though not exactly. */
  @Override
  List<Sizes> controlSizes(String hypothesis) {
    return List.of(sizes(4, 1), sizes(8, 1));
  }

  /** A layer with everything frozen but where it starts. */
  private interface Started {
    /** Outputs (step, channel) from a state (channel, state). */
    RealMatrix outputs(RealMatrix state);
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    int channels = instance.size("channels");
    int states = instance.size("states");
    RealMatrix prefix = draw.normals(instance.size("prefix"), channels);
    RealMatrix x = draw.normals(LENGTH, channels);
    RealMatrix text = Matrices.stack(prefix, x);

    S6 selective = S6.random(draw, channels, states, 2);
    RealMatrix all = selective.scan(text).y();
    compare(
        instance,
        "S6",
        Matrices.rows(all, prefix.getRowDimension(), all.getRowDimension()),
        state -> selective.scan(x, state).y());

    RealMatrix a = Matrices.map(Matrices.zeros(channels, states), v -> draw.uniform(-0.9, 0.9));
    S4Channels fixed =
        new S4Channels(a, draw.normals(channels, states), draw.normals(channels, states));
    RealMatrix run = fixed.run(text);
    compare(
        instance,
        "S4",
        Matrices.rows(run, prefix.getRowDimension(), run.getRowDimension()),
        state -> fixed.run(x, state));
    block(instance, draw);
  }

  private static void compare(
      Instance instance, String layer, RealMatrix prefixed, Started started) {
    int channels = instance.size("channels");
    int states = instance.size("states");
    RealMatrix silent = started.outputs(Matrices.zeros(channels, states));
    RealMatrix[] responses = new RealMatrix[channels * states];
    for (int i = 0; i < responses.length; i++) {
      RealMatrix unit = Matrices.zeros(channels, states);
      unit.setEntry(i / states, i % states, 1);
      responses[i] = started.outputs(unit).subtract(silent);
    }
    conclude(instance, layer, prefixed, silent, responses);
  }

  private static void block(Instance instance, Draw draw) {
    int tokens = instance.size("prefix");
    int end = tokens + LENGTH;
    try (Bench bench = new Bench()) {
      RandomMamba mamba =
          RandomMamba.withoutNorms(
              bench, draw, end, instance.size("channels"), instance.size("states"));
      RealMatrix prefixed = Matrices.rows(mamba.outputs(0, end), tokens, end);
      RandomMamba.Memory pair = mamba.behind(tokens);
      RandomMamba.Memory start = instance.without(WINDOW) ? pair.hiddenOnly() : pair;
      compare(
          instance,
          "a Mamba block",
          prefixed,
          state -> mamba.startedFrom(start.with(state)).outputs(tokens, end));
    }
  }

  /** By what share the best state's loss is above the prefix's; 0 where it is below. */
  private static void conclude(
      Instance instance,
      String layer,
      RealMatrix prefixed,
      RealMatrix silent,
      RealMatrix[] responses) {
    double scale = Matrices.size(prefixed);
    Draw draw = instance.draw();
    RealMatrix target = Matrices.map(prefixed, v -> v + NOISE * scale * draw.normal());
    RealMatrix system =
        MatrixUtils.createRealMatrix(
            prefixed.getRowDimension() * prefixed.getColumnDimension(), responses.length);
    for (int i = 0; i < responses.length; i++) {
      system.setColumn(i, flat(responses[i]));
    }
    double[] missing = flat(target.subtract(silent));
    double[] best = Solution.of(system).inverse().operate(missing);
    RealMatrix left =
        MatrixUtils.createColumnRealMatrix(missing)
            .subtract(system.multiply(MatrixUtils.createColumnRealMatrix(best)));
    double byState = left.getFrobeniusNorm();
    double byPrefix = target.subtract(prefixed).getFrobeniusNorm();
    instance.show(layer + ": best state", best);
    instance.show(layer + ": loss by prefix, by state", new double[] {byPrefix, byState});
    instance.conclude(layer, Math.max(0, byState / byPrefix - 1));
  }

  private static double[] flat(RealMatrix matrix) {
    int columns = matrix.getColumnDimension();
    double[] flat = new double[matrix.getRowDimension() * columns];
    for (int i = 0; i < matrix.getRowDimension(); i++) {
      System.arraycopy(matrix.getRow(i), 0, flat, i * columns, columns);
    }
    return flat;
  }
}
