package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.RealMatrix;

/** T1b: what a prefix and a prompt are in an S6 layer and in Mamba. */
public final class PrefixInMamba extends Claim<PrefixInMamba> {

  private static final String WINDOW = "initial window";
  private static final String ONE_CHANNEL = "one channel";
  private static final int LENGTH = 30;
  private static final int TEXT = 12;
  private static final int LAYERS = 3;
  private static final int PREFIXES = 25;

  private static final Statement STATEMENT =
      new Statement(
          "T1b",
          "In S6 and Mamba, a prefix is a state, but not every state is a prefix",
          "(1) A prefix of an S6 layer gives the layer started at the state behind it, since B, C and"
              + " Δ of a token depend on that token only. (2) In a Mamba block the convolution leaks:"
              + " what a prefix amounts to is the pair of the last 3 inputs of the convolution and the"
              + " SSM state. (3) A prompt is one fixed such pair in every block, whatever follows:"
              + " prompt tuning ⊆ prefix-tuning of every block ⊆ tuning its initial pair. (4) The"
              + " reverse fails: with one channel, every state component that a prefix reaches has the"
              + " sign of its entry of W_B.",
          "\\text{prompt} \\subseteq \\text{prefixes} \\subseteq \\text{initial states},\\qquad"
              + " D = 1:\\; h_i = \\sum_m \\Big(\\prod_{k>m} \\bar A_{k,i}\\Big)\\, \\Delta_m\\, W_{B,i}\\,"
              + " p_m^2 \\;\\Rightarrow\\; h_i\\, W_{B,i} \\ge 0",
          "The paper's wording for S6 is not known; its released code tunes the initial state with"
              + " and without the convolution's.",
          List.of(
              new Place(
                  "", "derived here; the code has both kinds of initial state", Certainty.REPO)),
          List.of(
              new Hypothesis(
                  WINDOW,
                  "the convolution starts from its last 3 inputs too",
                  "only the SSM state is set"),
              new Hypothesis(
                  ONE_CHANNEL,
                  "for (4), the layer has one channel",
                  "it has two, and the tokens of the second turn the sign")));

  PrefixInMamba(Plan plan) {
    super(plan);
  }

  static PrefixInMamba standard() {
    return new PrefixInMamba(Plan.of(sizes(4, 4), sizes(16, 8), sizes(32, 16)));
  }

  private static Sizes sizes(int channels, int states) {
    return Sizes.of("channels", channels, "states", states, "prefix", 6);
  }

  @Override
  PrefixInMamba with(Plan plan) {
    return new PrefixInMamba(plan);
  }

  /** Channels, D. */
  public PrefixInMamba channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public PrefixInMamba states(int count) {
    return size("states", count);
  }

  /** Tokens of the prefix, M. */
  public PrefixInMamba prefix(int tokens) {
    return size("prefix", tokens);
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
    return "channels";
  }

  @Override
  void run(Instance instance) {
    scan(instance);
    blocks(instance, "one block", 1);
    blocks(instance, "three blocks", LAYERS);
    signs(instance);
  }

  private static void scan(Instance instance) {
    Draw draw = instance.draw();
    int channels = instance.size("channels");
    int tokens = instance.size("prefix");
    S6 layer = S6.random(draw, channels, instance.size("states"), 2);
    RealMatrix prefix = draw.normals(tokens, channels);
    RealMatrix x = draw.normals(LENGTH, channels);
    RealMatrix state = layer.scan(prefix).state();
    RealMatrix all = layer.scan(Matrices.stack(prefix, x)).y();
    instance.show("prefix of the S6 layer", prefix);
    instance.show("state behind it", state);
    instance.conclude(
        "an S6 layer",
        Matrices.difference(Matrices.rows(all, tokens, tokens + LENGTH), layer.scan(x, state).y()));
  }

  /** A text behind a prompt: read after it, with the prompt in its place, and from its pairs. */
  private static void blocks(Instance instance, String conclusion, int layers) {
    int tokens = instance.size("prefix");
    int end = tokens + TEXT;
    try (Bench bench = new Bench()) {
      RandomMamba mamba =
          RandomMamba.of(
              bench,
              instance.draw(),
              end,
              layers,
              instance.size("channels"),
              instance.size("states"));
      RandomMamba.Memory pair = mamba.behind(tokens);
      RandomMamba.Memory start = instance.without(WINDOW) ? pair.hiddenOnly() : pair;
      if (layers == 1) {
        instance.show("window behind the prefix", pair.windows().get(0));
        instance.show("SSM state behind the prefix", pair.hidden().get(0));
      }
      RealMatrix read = Matrices.rows(mamba.outputs(0, end), tokens, end);
      RealMatrix prompted = mamba.promptedBy(tokens).outputs(tokens, end);
      RealMatrix started = mamba.startedFrom(start).outputs(tokens, end);
      instance.conclude(conclusion, Matrices.difference(started, read));
      instance.conclude(conclusion + ", prompt in its place", Matrices.difference(prompted, read));
    }
  }

  /** The second channel's tokens that turn the sign of B for the first state. */
  private static double[] against(S6 layer, double[] first) {
    double turn = -2 * layer.b().getEntry(0, 0) / layer.b().getEntry(0, 1);
    return Arrays.stream(first).map(token -> turn * token).toArray();
  }

  /** By how much a reached state is on the wrong side of 0, as a share of its size. */
  private static void signs(Instance instance) {
    Draw draw = instance.draw();
    int channels = instance.without(ONE_CHANNEL) ? 2 : 1;
    S6 layer = S6.random(draw, channels, instance.size("states"), 1);
    for (int k = 0; k < PREFIXES; k++) {
      RealMatrix prefix = draw.normals(instance.size("prefix"), channels);
      if (channels > 1) {
        prefix.setColumn(1, against(layer, prefix.getColumn(0)));
      }
      RealMatrix state = layer.scan(prefix).state();
      double size = Matrices.size(state);
      double wrong = 0;
      for (int i = 0; i < layer.states(); i++) {
        double sign = Math.signum(layer.b().getEntry(i, 0));
        wrong = Math.max(wrong, -sign * state.getEntry(0, i) / size);
      }
      instance.conclude("signs of one channel", wrong);
    }
  }
}
