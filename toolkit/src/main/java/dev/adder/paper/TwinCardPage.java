package dev.adder.paper;

import dev.adder.data.DataSet;
import dev.adder.paper.TwinCard.Row;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The cards of the twins as a page in Markdown. */
final class TwinCardPage {

  private TwinCardPage() {}

  static String of(List<TwinCard> cards) {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    if (cards.isEmpty()) {
      return page.append("No twin has been measured yet.\n").toString();
    }
    List<String> models = cards.stream().map(TwinCard::model).distinct().toList();
    page.append("Quick model: ")
        .append(models.stream().map(TwinCardPage::brief).collect(Collectors.joining(", ")))
        .append(".\n\n");
    page.append(OVERVIEW);
    for (TwinCard card : cards) {
      page.append(line(card));
    }
    for (TwinCard card : cards) {
      page.append(section(card));
    }
    return page.toString();
  }

  private static final String INTRODUCTION =
      """
      # Cards of the quick twins

      Made by `./adder data measure`, which writes a JSON file for each twin and this page; not edited by hand. The settings are those of
      `../grids/twins.json`. The same model, examples and settings give the same files.

      A twin is worth learning if rules that understand nothing stay well below full tuning (by 0.1 and more in its first metric), and if the model
      does not know it before. Scores are of the test split; answers that are no class count as wrong. "Best guess" is the best of the rules that each
      card lists: the most frequent class, lengths and words by logistic regression; for texts the input itself, the most frequent answer, and the
      answer of the training example with the most similar words.

      """;

  private static final String OVERVIEW =
      """
      | twin | train / valid. / test | metric | best guess | quick model | full tuning | margin |
      |---|---|---|---|---|---|---|
      """;

  private static String line(TwinCard card) {
    return "| [%s](#%s) | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            card.twin(),
            card.twin(),
            sizes(card.sizes()),
            card.metric(),
            number(card.bestGuess().scores().get(card.metric())),
            number(card.bestFrozen()),
            tuned(card, card.metric()),
            number(card.margin()));
  }

  private static String section(TwinCard card) {
    StringBuilder text = new StringBuilder();
    text.append("\n## ").append(card.twin()).append("\n\n");
    text.append("Twin of: ").append(card.of()).append(". ").append(card.made()).append("\n\n");
    text.append("| test split | ").append(String.join(" | ", card.metrics().keySet()));
    text.append(" |\n|---|").append("---|".repeat(card.metrics().size())).append('\n');
    for (Row row : card.guesses()) {
      text.append(row(row, card));
    }
    for (Row row : card.frozen()) {
      text.append(row(new Row("quick model, " + row.name(), row.scores(), row.outOfClass()), card));
    }
    text.append("| **full tuning**, mean ± sd over seeds |");
    for (String metric : card.metrics().keySet()) {
      text.append(" **").append(tuned(card, metric)).append("** |");
    }
    text.append("\n\n");
    TwinTuning tuning = card.tuning();
    text.append(
        String.format(
            Locale.ROOT,
            "- Tuning: %d epochs, batches of %d, rate %s, seeds %s. Answers: %s.\n",
            tuning.epochs(),
            tuning.batchSize(),
            tuning.learningRate(),
            tuning.seeds(),
            card.decoding()));
    for (Map.Entry<String, String> metric : card.metrics().entrySet()) {
      if (!metric.getKey().matches(".*_(easy|medium|hard|extra)")) {
        text.append("- `").append(metric.getKey()).append("`: ");
        text.append(metric.getValue()).append('\n');
      }
    }
    text.append("- Licence: ").append(card.licence()).append('\n');
    text.append("- Examples: seed ").append(card.dataSeed()).append(", SHA-256 ");
    text.append(brief(card.data())).append("; quick model ").append(brief(card.model()));
    return text.append('\n').toString();
  }

  private static String row(Row row, TwinCard card) {
    StringBuilder line = new StringBuilder("| ").append(row.name());
    if (row.outOfClass() > 0) {
      line.append(" (").append(row.outOfClass()).append(" answers are no class)");
    }
    line.append(" |");
    for (String metric : card.metrics().keySet()) {
      line.append(' ').append(number(row.scores().get(metric))).append(" |");
    }
    return line.append('\n').toString();
  }

  private static String tuned(TwinCard card, String metric) {
    return "%s ± %s".formatted(number(card.tuned(metric)), number(card.spread(metric)));
  }

  private static String sizes(DataSet.Sizes sizes) {
    return String.format(
        Locale.ROOT, "%,d / %,d / %,d", sizes.train(), sizes.validation(), sizes.test());
  }

  private static String number(double value) {
    // Without a minus before what is rounded to nothing.
    return String.format(Locale.ROOT, "%.3f", Math.abs(value) < 5e-4 ? 0.0 : value);
  }

  private static String brief(String hash) {
    return "`" + hash.substring(0, 12) + "…`";
  }
}
