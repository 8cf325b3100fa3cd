package dev.adder.paper.claims;

import dev.adder.paper.Certainty;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/** T5: SDT with pruning and LoRA on the projections reach any smaller deep S4 model. */
public final class SparseReachesSmaller extends Claim<SparseReachesSmaller> {

  static final String PRUNING = "pruning";
  static final String RANK = "enough rank";
  static final String CHANNELS = "enough channels";
  static final String INVERTIBLE = "invertible projections";
  static final String LINEAR = "linear activation";
  static final String INSIDE = "residual inside";

  private static final int LENGTH = 30;
  private static final double LEAST = 0.2;
  private static final double SINGULAR = 1e-15;

  private static final Statement STATEMENT =
      new Statement(
          "T5",
          "SDT with pruning and LoRA reach any smaller deep S4 model",
          "Layers x ← W (S4(x) + u ∘ x) + β with linear activation; a frozen model of L layers with H"
              + " states, a target of L* layers with H* states. Let q = L / L* layers serve each layer"
              + " of the target. If in every layer r = ⌈D / q⌉ channels are tuned in H* states (A and C"
              + " only), all other states and channels are pruned, u and β are set, W is changed by"
              + " rank r, and the last W is replaced, the frozen model becomes the target exactly."
              + " (If L* does not divide L, r = ⌈D / ⌊L / L*⌋⌉.)",
          "W' = W + U\\,(V\\,R^{-1} M^{-1}),\\qquad M_{next} = W M R + U V,\\qquad"
              + " M_{next}[G,G] = \\tau I,\\; M_{next}[G,\\bar G] = M_{next}[\\bar G,G]^\\top = 0,\\qquad"
              + " \\mathrm{rank}(W' - W) \\le \\lceil D L^*/L \\rceil",
          "Selecting at most ⌈D L*/L⌉ channels per layer and H* states in each, with low-rank updates"
              + " of the projections, updated residuals and biases, and the last projection fully"
              + " tuned, the frozen model becomes exactly the target (Theorem 1, for SDT with pruning"
              + " and LoRA). That SDT without pruning does as well is an empirical finding.",
          List.of(
              new Place("v3", "Theorem 1, with the number of channels", Certainty.SEARCH),
              new Place("v1", "Theorem 1", Certainty.SEARCH),
              new Place(
                  "v3", "rank ⌈L/L*⌉ is recalled; the proof needs ⌈D L*/L⌉", Certainty.MEMORY)),
          List.of(
              new Hypothesis(
                  PRUNING,
                  "all other states and channels are pruned",
                  "what is not tuned keeps its frozen C"),
              new Hypothesis(
                  RANK, "W changes by rank r", "each change is cut to its best of rank r − 1"),
              new Hypothesis(
                  CHANNELS,
                  "r channels are tuned in every layer",
                  "one less is tuned, and is pruned"),
              new Hypothesis(
                  INVERTIBLE,
                  "the target's inner projections are invertible; those here have no singular value"
                      + " below 0.2",
                  "they have one of 10⁻¹⁵"),
              new Hypothesis(
                  LINEAR, "the activation is linear", "both models have a ReLU behind every layer"),
              new Hypothesis(
                  INSIDE,
                  "the residual u ∘ x passes through W",
                  "it bypasses W in both models, and the same construction is tried")));

  SparseReachesSmaller(Plan plan) {
    super(plan);
  }

  static SparseReachesSmaller standard() {
    return new SparseReachesSmaller(
        Plan.of(
            sizes(4, 8, 4, 4, 1),
            sizes(5, 6, 2, 7, 3),
            sizes(6, 8, 3, 6, 2),
            sizes(8, 16, 4, 8, 2),
            sizes(12, 16, 8, 6, 3),
            sizes(16, 16, 4, 8, 2),
            sizes(16, 16, 8, 16, 4)));
  }

  private static Sizes sizes(int channels, int states, int target, int layers, int targetLayers) {
    return Sizes.of(
        "channels",
        channels,
        "states",
        states,
        "target states",
        target,
        "layers",
        layers,
        "target layers",
        targetLayers);
  }

  @Override
  SparseReachesSmaller with(Plan plan) {
    return new SparseReachesSmaller(plan);
  }

  /** Channels, D, of both models. */
  public SparseReachesSmaller channels(int count) {
    return size("channels", count);
  }

  /** States per channel of the frozen model, H. */
  public SparseReachesSmaller states(int count) {
    return size("states", count);
  }

  /** States per channel of the target, H*. */
  public SparseReachesSmaller targetStates(int count) {
    return size("target states", count);
  }

  /** Layers of the frozen model, L. */
  public SparseReachesSmaller layers(int count) {
    return size("layers", count);
  }

  /** Layers of the target, L*. */
  public SparseReachesSmaller targetLayers(int count) {
    return size("target layers", count);
  }

  @Override
  public Statement statement() {
    return STATEMENT;
  }

  @Override
  public Bound bound() {
    return Bound.atMost(1e-9);
  }

  @Override
  String axis() {
    return "channels";
  }

  @Override
  void requireSizes(Sizes sizes, Set<String> dropped) {
    FewestEdits.requireStates(sizes);
    int layers = sizes.get("layers");
    int target = sizes.get("target layers");
    if (target > layers) {
      throw new IllegalArgumentException(
          "The target has L* = %d layers, the frozen model only L = %d: it cannot become the target. Use targetLayers(%d) or fewer, or more layers."
              .formatted(target, layers, layers));
    }
    int share = (layers + target - 1) / target;
    if (share > sizes.get("channels")) {
      throw new IllegalArgumentException(
          "%d layers serve one layer of the target, but there are only D = %d channels to share among them. Use at least %d channels, or fewer layers."
              .formatted(share, sizes.get("channels"), share));
    }
  }

  @Override
  List<Sizes> controlSizes(String hypothesis) {
    return List.of(sizes(8, 8, 4, 8, 2));
  }

  /** r, the most channels that a layer of this size must tune, and the rank of its change. */
  static int rank(Sizes sizes) {
    int layers = sizes.get("layers") / sizes.get("target layers");
    return (sizes.get("channels") + layers - 1) / layers;
  }

  /**
   * How many numbers the construction changes, and how many the frozen model has; at the first of
   * the sizes.
   */
  public ParameterCount parameters() {
    Sizes sizes = sizes().get(0);
    requireSizes(sizes, Set.of());
    long d = sizes.get("channels");
    long layers = sizes.get("layers");
    long all = layers * (3 * d * sizes.get("states") + d * d + 2 * d);
    long rank = rank(sizes);
    long inScans = layers * 2 * rank * sizes.get("target states");
    long vectors = layers * 2 * d;
    long lora = (layers - 1) * 2 * d * rank;
    return new ParameterCount(inScans + vectors + lora + d * d, all);
  }

  /**
   * @param changed numbers that the construction sets, pruned ones not counted
   * @param all numbers of the frozen model
   */
  public record ParameterCount(long changed, long all) {}

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    Sizes sizes = instance.sizes();
    int channels = sizes.get("channels");
    LinearDeepS4 frozen = random(draw, sizes.get("layers"), channels, sizes.get("states"), true);
    LinearDeepS4 target = target(instance);
    LinearDeepS4 tuned = new Adaptation(instance, frozen, target).tuned();

    RealMatrix x = draw.normals(LENGTH, channels);
    RealMatrix expected = outputs(instance, target, x);
    instance.show("target's outputs", expected);
    instance.show("frozen model's outputs", outputs(instance, frozen, x));
    instance.conclude("equal outputs", Matrices.difference(outputs(instance, tuned, x), expected));
    for (int l = 0; l < sizes.get("layers") - 1; l++) {
      RealMatrix change = tuned.layers().get(l).w().subtract(frozen.layers().get(l).w());
      instance.conclude("rank of the changes", Matrices.excess(change, rank(sizes)));
    }
  }

  private static RealMatrix outputs(Instance instance, LinearDeepS4 model, RealMatrix x) {
    if (instance.without(INSIDE)) {
      return model.runWithSkipsOutside(x);
    }
    return instance.without(LINEAR) ? model.runRectified(x) : model.run(x);
  }

  private static LinearDeepS4 random(
      Draw draw, int layers, int channels, int states, boolean skips) {
    List<LinearDeepS4.Layer> list = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      RealMatrix a = Matrices.map(Matrices.zeros(channels, states), v -> draw.uniform(-0.9, 0.9));
      RealMatrix b = Matrices.map(a, v -> draw.signed(0.5, 1.5));
      RealMatrix c = draw.normals(channels, states).scalarMultiply(1 / Math.sqrt(states));
      list.add(
          new LinearDeepS4.Layer(
              new S4Channels(a, b, c),
              draw.normals(channels, channels, true),
              skips ? draw.normals(channels) : new double[channels],
              draw.normals(channels)));
    }
    return new LinearDeepS4(list);
  }

  private static LinearDeepS4 target(Instance instance) {
    Sizes sizes = instance.sizes();
    LinearDeepS4 target =
        random(
            instance.draw(),
            sizes.get("target layers"),
            sizes.get("channels"),
            sizes.get("target states"),
            false);
    List<LinearDeepS4.Layer> layers = new ArrayList<>();
    for (LinearDeepS4.Layer layer : target.layers()) {
      SingularValueDecomposition svd = new SingularValueDecomposition(layer.w());
      double[] values = svd.getSingularValues();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.max(LEAST, values[i]);
      }
      if (instance.without(INVERTIBLE)) {
        values[values.length - 1] = SINGULAR;
      }
      RealMatrix w = svd.getU().multiply(Matrices.diagonal(values)).multiply(svd.getVT());
      layers.add(new LinearDeepS4.Layer(layer.s4(), w, layer.skip(), layer.bias()));
    }
    return new LinearDeepS4(layers);
  }
}
