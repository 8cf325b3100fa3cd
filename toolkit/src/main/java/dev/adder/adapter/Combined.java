package dev.adder.adapter;

import dev.adder.model.StateSpaceModel;
import dev.adder.model.WeightSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/**
 * Several methods at once, each at places of its own. At most one of them has a warm-up; the others
 * are trained beside it in it, and anew afterwards.
 *
 * @param methods at least two, in the order they were said
 */
public record Combined(List<PeftMethod> methods) implements PeftMethod {

  public Combined {
    methods =
        methods.stream()
            .flatMap(
                m -> m instanceof Combined several ? several.methods.stream() : List.of(m).stream())
            .toList();
    if (methods.size() < 2) {
      throw new IllegalArgumentException(
          "%d methods are combined; name at least two.".formatted(methods.size()));
    }
    List<PeftMethod> warm = methods.stream().filter(m -> m.warmUp().isPresent()).toList();
    if (warm.size() > 1) {
      throw new IllegalArgumentException(
          "Both \"%s\" and \"%s\" need a warm-up of their own, and there is one per training. Leave one of them out."
              .formatted(warm.get(0).describe(), warm.get(1).describe()));
    }
  }

  @Override
  public String describe() {
    return methods.stream().map(PeftMethod::describe).collect(Collectors.joining(" + "));
  }

  @Override
  public List<Attachment> attachments(
      List<WeightSpec> weights, List<DimensionSelection> selections) {
    List<Attachment> all = new ArrayList<>();
    for (PeftMethod method : methods) {
      List<Attachment> own = method.attachments(weights, selections);
      for (Attachment one : own) {
        all.stream()
            .filter(other -> other.slot().overlaps(one.slot()))
            .findFirst()
            .ifPresent(other -> refuse(other, one, method));
      }
      all.addAll(own);
    }
    return all;
  }

  private static void refuse(Attachment first, Attachment second, PeftMethod method) {
    throw new IllegalArgumentException(
        "%s already has \"%s\"; \"%s\" would change it too, and one weight takes one update. Leave %s out of one of them."
            .formatted(
                first.slot().name(),
                first.update().describe(),
                method.describe(),
                second.slot().target()));
  }

  @Override
  public boolean startsNeutral() {
    return methods.stream().allMatch(PeftMethod::startsNeutral);
  }

  @Override
  public Optional<WarmUp> warmUp() {
    return methods.stream()
        .filter(method -> method.warmUp().isPresent())
        .findFirst()
        .map(method -> new Beside(method, method.warmUp().orElseThrow()));
  }

  /** A warm-up with the other methods beside it. */
  private final class Beside implements WarmUp {

    private final PeftMethod measured;
    private final WarmUp warmUp;

    Beside(PeftMethod measured, WarmUp warmUp) {
      this.measured = measured;
      this.warmUp = warmUp;
    }

    @Override
    public Kind kind() {
      return warmUp.kind();
    }

    @Override
    public int updates(int stepsPerEpoch) {
      return warmUp.updates(stepsPerEpoch);
    }

    @Override
    public OptionalDouble learningRate() {
      return warmUp.learningRate();
    }

    @Override
    public List<Attachment> attachments(List<WeightSpec> weights) {
      if (warmUp.alone()) {
        return warmUp.attachments(weights);
      }
      List<Attachment> all = new ArrayList<>();
      for (PeftMethod method : methods) {
        all.addAll(
            method == measured
                ? warmUp.attachments(weights)
                : method.attachments(weights, List.of()));
      }
      return all;
    }

    @Override
    public List<DimensionSelection> select(
        StateSpaceModel<?> model, DoubleSupplier loss, long seed) {
      return warmUp.select(model, loss, seed);
    }
  }
}
