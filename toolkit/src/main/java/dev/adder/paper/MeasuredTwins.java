package dev.adder.paper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The cards of the twins that are measured: what can be had without understanding, what the quick
 * model scores as it is, and what it comes to when all of it is tuned.
 *
 * @param cards in the order of the paper's tables; may be none
 */
public record MeasuredTwins(List<TwinCard> cards) {

  /** Said where there is no card. */
  public static final String NONE =
      "No twin has been measured yet. Run ./adder data measure; it writes a card for each.";

  public MeasuredTwins {
    cards = List.copyOf(cards);
  }

  /**
   * One table for twins of classes and one for twins of texts, since rules that understand nothing
   * differ. Each twin by the metric that decides, on its test split, answers that are no class
   * counted as wrong.
   */
  public List<Table> tables() {
    Map<List<String>, List<TwinCard>> byRules = new LinkedHashMap<>();
    for (TwinCard card : cards) {
      List<String> rules = card.guesses().stream().map(TwinCard.Row::name).toList();
      byRules.computeIfAbsent(rules, unseen -> new ArrayList<>()).add(card);
    }
    return byRules.entrySet().stream()
        .map(entry -> table(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Table table(List<String> rules, List<TwinCard> cards) {
    StringColumn twin = StringColumn.create("twin");
    StringColumn metric = StringColumn.create("metric");
    Table table = Table.create("Twins", twin, metric);
    for (TwinCard card : cards) {
      twin.append(card.twin());
      metric.append(card.metric());
    }
    for (int i = 0; i < rules.size(); i++) {
      int rule = i;
      table.addColumns(
          column(
              rules.get(i), cards, card -> card.guesses().get(rule).scores().get(card.metric())));
    }
    table.addColumns(column("quick model as it is", cards, TwinCard::bestFrozen));
    table.addColumns(column("full tuning", cards, card -> card.tuned(card.metric())));
    table.addColumns(column("± sd over seeds", cards, card -> card.spread(card.metric())));
    return table;
  }

  private static DoubleColumn column(
      String name, List<TwinCard> cards, ToDoubleFunction<TwinCard> value) {
    return DoubleColumn.create(name, cards.stream().mapToDouble(value).toArray());
  }

  @Override
  public String toString() {
    return cards.isEmpty()
        ? NONE
        : tables().stream().map(Table::print).collect(Collectors.joining("\n\n"));
  }
}
