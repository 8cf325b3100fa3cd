package dev.adder.paper.claims;

import ai.djl.nn.Parameter;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.Lora;
import dev.adder.adapter.Targets;
import dev.adder.model.Mamba;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import java.util.List;
import java.util.Set;
import org.hipparchus.linear.RealMatrix;

/** T6 e: a model with LoRA computes the same as one whose weights have it merged in. */
public final class MergedLora extends Claim<MergedLora> {

  private static final String SCALE = "the same scale";
  private static final String IN_PROJ = "backbone.layers.0.mixer.in_proj.weight";
  private static final int TEXT = 12;

  private static final Statement STATEMENT =
      new Statement(
          "T6e",
          "LoRA beside its weights is LoRA merged into them",
          "A Mamba with LoRA of any A and B on in_proj, x_proj, dt_proj and out_proj has the logits of"
              + " the plain Mamba whose weights are W + (α/r) B A.",
          "x W^\\top + \\tfrac{\\alpha}{r}\\,(x A^\\top) B^\\top = x\\,\\big(W + \\tfrac{\\alpha}{r} B A\\big)^\\top",
          "",
          S6Equivalences.OURS,
          List.of(
              new Hypothesis(
                  SCALE, "both have the scale α/r", "it is merged with twice the scale")));

  MergedLora(Plan plan) {
    super(plan);
  }

  static MergedLora standard() {
    return new MergedLora(Plan.of(sizes(8, 4, 1), sizes(16, 8, 2), sizes(32, 16, 2)));
  }

  private static Sizes sizes(int channels, int states, int rank) {
    return Sizes.of("channels", channels, "states", states, "rank", rank);
  }

  @Override
  MergedLora with(Plan plan) {
    return new MergedLora(plan);
  }

  /** Channels, D, at least 2. */
  public MergedLora channels(int count) {
    return size("channels", count);
  }

  /** States per channel, H. */
  public MergedLora states(int count) {
    return size("states", count);
  }

  /** Rank of the LoRA, 1 or 2: dt_proj has rank 2 here. */
  public MergedLora rank(int rank) {
    return size("rank", rank);
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
  void requireSizes(Sizes sizes, Set<String> dropped) {
    if (sizes.get("rank") > 2) {
      throw new IllegalArgumentException(
          "LoRA rank %d exceeds 2, the rank of dt_proj in the models here. Use rank(1) or rank(2)."
              .formatted(sizes.get("rank")));
    }
  }

  @Override
  void run(Instance instance) {
    Draw draw = instance.draw();
    try (Bench bench = new Bench()) {
      Mamba base =
          RandomMamba.of(bench, draw, TEXT, 2, instance.size("channels"), instance.size("states"))
              .mamba();
      double[] factors = draw.normals(1000);
      try (AdaptedModel<Mamba> beside = adapted(bench, instance, base, 1, factors);
          AdaptedModel<Mamba> other =
              adapted(bench, instance, base, instance.without(SCALE) ? 2 : 1, factors)) {
        RealMatrix expected = new RandomMamba(bench, beside.model()).outputs(0, TEXT);
        Mamba merged = other.model().merged(bench.manager());
        instance.show("logits", expected);
        instance.show(
            "merged change of the first in_proj",
            Bench.matrix(merged.weight(IN_PROJ).frozen())
                .subtract(Bench.matrix(base.weight(IN_PROJ).frozen())));
        instance.conclude(
            "equal logits",
            Matrices.difference(new RandomMamba(bench, merged).outputs(0, TEXT), expected));
      }
    }
  }

  /** LoRA on every projection, its A and B made of these numbers. */
  private static AdaptedModel<Mamba> adapted(
      Bench bench, Instance instance, Mamba base, double scale, double[] factors) {
    int rank = instance.size("rank");
    Lora lora =
        new Lora(rank, scale * rank, 0, Targets.of("in_proj", "x_proj", "dt_proj", "out_proj"));
    AdaptedModel<Mamba> adapted =
        AdaptedModel.attach(
            base,
            lora.attachments(base.specs(), List.of()),
            bench.manager(),
            KeyedRandom.of(instance.seed()));
    int at = 0;
    for (Parameter parameter : adapted.model().trained()) {
      double[] values = new double[Math.toIntExact(parameter.getArray().size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = 0.3 * factors[at++ % factors.length];
      }
      RawTensor.of(parameter.getArray()).doubles().put(values);
    }
    return adapted;
  }
}
