package dev.adder.model;

import dev.adder.model.WeightSpec.Kind;
import dev.adder.model.WeightSpec.Part;
import java.util.ArrayList;
import java.util.List;

/** The weights of a Mamba-1 model by name, shape and meaning, without allocating any of them. */
public final class MambaWeights {

  private MambaWeights() {}

  /** Every weight in the model's order, under its Hugging Face name; a tied head is not listed. */
  public static List<WeightSpec> of(MambaConfig config) {
    long d = config.dModel();
    long v = config.vocabSize();
    List<WeightSpec> weights = new ArrayList<>();
    weights.add(spec("backbone.embeddings.weight", "embedding", -1, Kind.EMBEDDING, v, d));
    for (int layer = 0; layer < config.layers(); layer++) {
      weights.addAll(block(config, layer));
    }
    weights.add(spec("backbone.norm_f.weight", "norm_f", -1, Kind.VECTOR, d));
    if (!config.tiedEmbeddings()) {
      weights.add(spec("lm_head.weight", "lm_head", -1, Kind.PROJECTION, v, d));
    }
    return List.copyOf(weights);
  }

  /** Number of elements of all weights; a tied embedding counts once. */
  public static long size(MambaConfig config) {
    return of(config).stream().mapToLong(WeightSpec::size).sum();
  }

  private static List<WeightSpec> block(MambaConfig config, int layer) {
    long d = config.dModel();
    long di = config.dInner();
    long n = config.dState();
    long r = config.dtRank();
    String block = "backbone.layers." + layer + ".";
    String mixer = block + "mixer.";
    WeightSpec inProj =
        spec(mixer + "in_proj.weight", "in_proj", layer, Kind.PROJECTION, 2 * di, d);
    WeightSpec xProj =
        spec(mixer + "x_proj.weight", "x_proj", layer, Kind.PROJECTION, r + 2 * n, di);
    return List.of(
        spec(block + "norm.weight", "norm", layer, Kind.VECTOR, d),
        with(inProj, new Part("x", 0, di), new Part("z", di, 2 * di)),
        spec(mixer + "conv1d.weight", "conv1d", layer, Kind.CONVOLUTION, di, 1, config.dConv()),
        spec(mixer + "conv1d.bias", "conv1d.bias", layer, Kind.VECTOR, di),
        with(xProj, new Part("dt", 0, r), new Part("B", r, r + n), new Part("C", r + n, r + 2 * n)),
        spec(mixer + "dt_proj.weight", "dt_proj", layer, Kind.PROJECTION, di, r),
        spec(mixer + "dt_proj.bias", "dt_proj.bias", layer, Kind.VECTOR, di),
        spec(mixer + "A_log", "A_log", layer, Kind.STATE_MATRIX, di, n),
        spec(mixer + "D", "D", layer, Kind.VECTOR, di),
        spec(mixer + "out_proj.weight", "out_proj", layer, Kind.PROJECTION, d, di));
  }

  private static WeightSpec spec(String name, String target, int layer, Kind kind, long... shape) {
    return new WeightSpec(
        name, target, layer, kind, java.util.Arrays.stream(shape).boxed().toList(), List.of());
  }

  private static WeightSpec with(WeightSpec spec, Part... parts) {
    return new WeightSpec(
        spec.name(), spec.target(), spec.layer(), spec.kind(), spec.shape(), List.of(parts));
  }
}
