package dev.adder.evaluation;

import dev.adder.data.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How answers are scored. */
public sealed interface Metric permits ClassMetric, TextMetric, Perplexity {

  /** The name by which tasks ask for it. */
  String name();

  /** Exactly what is computed, in a few words: several implementations go by the same name. */
  String variant();

  /** All metrics there are. */
  static List<Metric> all() {
    List<Metric> all = new ArrayList<>();
    all.addAll(List.of(new Accuracy(), new F1(), new MatthewsCorrelation()));
    all.addAll(List.of(new Bleu(), new Bleu(Bleu.Length.SHORTEST), new Meteor()));
    Stream.of(Rouge.Kind.values()).map(Rouge::new).forEach(all::add);
    Stream.of(SpiderMetric.Kind.values()).map(SpiderMetric::new).forEach(all::add);
    all.add(new Perplexity());
    return all;
  }

  /** The metrics of this kind that a task asks for, in its order. */
  static <M extends Metric> List<M> of(Task task, Class<M> kind) {
    return task.metrics().stream()
        .map(Metric::named)
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  /** The metric of this name. */
  static Metric named(String name) {
    List<Metric> all = all();
    return all.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown metric \"%s\". There are: %s."
                        .formatted(
                            name, String.join(", ", all.stream().map(Metric::name).toList()))));
  }
}
