package dev.adder.adapter;

import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which weights a method changes, in the words of the model.
 *
 * <p>A name is a weight ({@code in_proj}), a part of one ({@code in_proj.x}), each part by itself
 * ({@code x_proj.*}), all linear projections of the blocks ({@code all-linear}), or all of the SSM
 * between in_proj and out_proj ({@code ssm}, the paper's "S6 full"). It stands for that weight in
 * every block, or in those of {@link #layers}.
 *
 * @param names at least one, each once
 * @param fromLayer first block, from 0
 * @param toLayer block behind the last; {@code Integer.MAX_VALUE} for all
 */
public record Targets(List<String> names, int fromLayer, int toLayer) {

  private static final Set<String> AROUND_SSM =
      Set.of("norm", "in_proj", "out_proj", "linear", "linear.bias");

  private static final Map<String, Predicate<WeightSpec>> GROUPS =
      Map.of(
          "all-linear",
          weight -> weight.layer() >= 0 && weight.kind() == WeightSpec.Kind.PROJECTION,
          "ssm",
          weight ->
              weight.layer() >= 0
                  && weight.kind() != WeightSpec.Kind.OPEN
                  && !AROUND_SSM.contains(weight.target()));

  public Targets {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "The set of targets is empty; name at least one weight, such as on(\"in_proj\").");
    }
    Set<String> seen = new LinkedHashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new IllegalArgumentException(
            "Target \"" + name + "\" is named twice; name each weight once.");
      }
    }
    if (fromLayer < 0 || toLayer <= fromLayer) {
      throw new IllegalArgumentException(
          "Blocks %d to %d are no range; give the first block, from 0, and the one behind the last, such as layers(0, 12)."
              .formatted(fromLayer, toLayer));
    }
  }

  /** These targets. */
  public static Targets of(String... names) {
    return new Targets(List.of(names), 0, Integer.MAX_VALUE);
  }

  /**
   * The same targets in some blocks only; weights outside of the blocks are left out.
   *
   * @param from first block, from 0
   * @param to block behind the last
   */
  public Targets layers(int from, int to) {
    return new Targets(names, from, to);
  }

  private boolean allLayers() {
    return fromLayer == 0 && toLayer == Integer.MAX_VALUE;
  }

  /** Every place of a model that these names stand for, in the model's order within each name. */
  public List<WeightSlot> resolve(List<WeightSpec> weights) {
    List<WeightSpec> within = within(weights);
    List<WeightSlot> slots = new ArrayList<>();
    for (String name : names) {
      List<WeightSlot> found = resolve(name, within);
      if (found.isEmpty()) {
        throw unknown(name, within);
      }
      slots.addAll(found);
    }
    return slots;
  }

  private List<WeightSpec> within(List<WeightSpec> weights) {
    if (allLayers()) {
      return weights;
    }
    int layers = 1 + weights.stream().mapToInt(WeightSpec::layer).max().orElse(-1);
    if (toLayer > layers) {
      throw new IllegalArgumentException(
          "Blocks %d to %d are named, but the model has %d, numbered from 0. Use layers(%d, %d)."
              .formatted(fromLayer, toLayer - 1, layers, Math.min(fromLayer, layers - 1), layers));
    }
    return weights.stream()
        .filter(weight -> weight.layer() >= fromLayer && weight.layer() < toLayer)
        .toList();
  }

  private static List<WeightSlot> resolve(String name, List<WeightSpec> weights) {
    List<WeightSlot> found = new ArrayList<>();
    Predicate<WeightSpec> group = GROUPS.getOrDefault(name, weight -> false);
    for (WeightSpec weight : weights) {
      if (weight.target().equals(name) || group.test(weight)) {
        found.add(weight.whole());
      }
      for (WeightSpec.Part part : weight.parts()) {
        if (name.equals(weight.target() + "." + part.name())
            || name.equals(weight.target() + ".*")) {
          found.add(weight.part(part.name()));
        }
      }
    }
    return found;
  }

  private static IllegalArgumentException unknown(String name, List<WeightSpec> weights) {
    Set<String> words = new LinkedHashSet<>();
    Set<String> all = new LinkedHashSet<>(GROUPS.keySet());
    for (WeightSpec weight : weights) {
      words.add(weight.target());
      all.add(weight.target());
      weight.parts().forEach(part -> all.add(weight.target() + "." + part.name()));
    }
    String nearest =
        all.stream()
            .min(
                java.util.Comparator.comparingInt(
                    word -> Spelling.distance(name.toLowerCase(java.util.Locale.ROOT), word)))
            .orElseThrow();
    return new IllegalArgumentException(
        "Unknown target \"%s\". The model has: %s. Did you mean \"%s\"?"
            .formatted(name, String.join(", ", words), nearest));
  }

  @Override
  public String toString() {
    String all = String.join(", ", names);
    return allLayers() ? all : "%s of blocks %d–%d".formatted(all, fromLayer, toLayer - 1);
  }
}
