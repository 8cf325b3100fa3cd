package dev.adder.adapter;

import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which weights a method changes, in the words of the model.
 *
 * <p>A name is a weight ({@code in_proj}), a part of one ({@code in_proj.x}), or each part by
 * itself ({@code x_proj.*}). It stands for that weight in every block.
 *
 * @param names at least one, each once
 */
public record Targets(List<String> names) {

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
  }

  /** These targets. */
  public static Targets of(String... names) {
    return new Targets(List.of(names));
  }

  /** Every place of a model that these names stand for, in the model's order within each name. */
  public List<WeightSlot> resolve(List<WeightSpec> weights) {
    List<WeightSlot> slots = new ArrayList<>();
    for (String name : names) {
      List<WeightSlot> found = resolve(name, weights);
      if (found.isEmpty()) {
        throw unknown(name, weights);
      }
      slots.addAll(found);
    }
    return slots;
  }

  private static List<WeightSlot> resolve(String name, List<WeightSpec> weights) {
    List<WeightSlot> found = new ArrayList<>();
    for (WeightSpec weight : weights) {
      if (weight.target().equals(name)) {
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
    Set<String> all = new LinkedHashSet<>();
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
    return String.join(", ", names);
  }
}
