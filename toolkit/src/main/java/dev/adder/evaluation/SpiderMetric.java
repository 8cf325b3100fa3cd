package dev.adder.evaluation;

import dev.adder.data.Database;
import dev.adder.evaluation.spider.Hardness;
import dev.adder.evaluation.spider.SpiderJudge;
import dev.adder.evaluation.spider.SpiderJudge.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Share of SQL queries that are right by Spider's official evaluation, of all and by hardness of
 * the gold query; 0 where there are none.
 *
 * <p>Needs SQLite on the class path, {@code org.xerial:sqlite-jdbc}.
 *
 * @param kind when a query is right
 */
public record SpiderMetric(Kind kind) implements TextMetric {

  /** When a query is right. */
  public enum Kind {
    /** It gives the gold query's result, column by column, rows in order. */
    EXECUTION(Verdict::executes, "official Spider evaluation; at most 5 s and 512 MB a query"),
    /** It says the same as the gold query, clause by clause. */
    EXACT_MATCH(Verdict::exact, "official Spider evaluation; values not compared");

    private final Predicate<Verdict> right;
    private final String variant;

    Kind(Predicate<Verdict> right, String variant) {
      this.right = right;
      this.variant = variant;
    }
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String variant() {
    return kind.variant;
  }

  @Override
  public void require(List<Written> unwritten) {
    unwritten.forEach(SpiderMetric::judge);
  }

  @Override
  public double score(List<Written> written) {
    return share(verdicts(written));
  }

  /** Of all queries, then by hardness: {@code execution}, {@code execution_easy}, … */
  @Override
  public List<Score> scores(List<Written> written) {
    List<Verdict> verdicts = verdicts(written);
    List<Score> scores = new ArrayList<>();
    scores.add(new Score(this, share(verdicts)));
    for (Hardness hardness : Hardness.values()) {
      double share = share(verdicts.stream().filter(v -> v.hardness() == hardness).toList());
      String name = name() + "_" + hardness.name().toLowerCase(Locale.ROOT);
      scores.add(new Score(name, variant(), share, share));
    }
    return scores;
  }

  private double share(List<Verdict> verdicts) {
    long right = verdicts.stream().filter(kind.right).count();
    return verdicts.isEmpty() ? 0 : (double) right / verdicts.size();
  }

  private static List<Verdict> verdicts(List<Written> written) {
    return written.stream().map(SpiderMetric::judge).toList();
  }

  private static Verdict judge(Written written) {
    String gold = written.references().get(0);
    Database database =
        written
            .database()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The query \"%s\" names no database. Give each example of the task one."
                            .formatted(gold)));
    return SpiderJudge.judge(written.text(), gold, database);
  }
}
