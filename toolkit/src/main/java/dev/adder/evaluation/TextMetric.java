package dev.adder.evaluation;

import java.util.List;

/** A score of texts against good ones. */
public sealed interface TextMetric extends Metric permits Bleu, Meteor, Rouge, SpiderMetric {

  /**
   * The score of texts.
   *
   * @param written at least one
   */
  double score(List<Written> written);

  /** The score, and others that come with it. */
  default List<Score> scores(List<Written> written) {
    return List.of(new Score(this, score(written)));
  }

  /**
   * Refuses what can't be scored; asked before anything is written, with empty texts.
   *
   * @throws IllegalArgumentException if a reference is at fault
   * @throws IllegalStateException if an optional library is missing
   */
  default void require(List<Written> unwritten) {}
}
