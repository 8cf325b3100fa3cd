package dev.adder.paper.claims;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/** What checking a claim came to: every trial, and every negative control. */
public final class Verdict {

  /** Makes an instance again, with its matrices. */
  interface Again {
    Instance instance(Sizes sizes, long seed);
  }

  private final Statement statement;
  private final List<String> dropped;
  private final Bound bound;
  private final String axis;
  private final List<Trial> trials;
  private final List<Control> controls;
  private final double seconds;
  private final Again again;

  Verdict(
      Statement statement,
      List<String> dropped,
      Bound bound,
      String axis,
      List<Trial> trials,
      List<Control> controls,
      double seconds,
      Again again) {
    this.statement = statement;
    this.dropped = List.copyOf(dropped);
    this.bound = bound;
    this.axis = axis;
    this.trials = List.copyOf(trials);
    this.controls = List.copyOf(controls);
    this.seconds = seconds;
    this.again = again;
  }

  public Statement statement() {
    return statement;
  }

  /** Names of the hypotheses that were left out. */
  public List<String> dropped() {
    return dropped;
  }

  /** What the errors had to keep to. */
  public Bound bound() {
    return bound;
  }

  /** Whether every instance keeps to the bound. */
  public boolean holds() {
    return trials.stream().allMatch(trial -> bound.holds(trial.error()));
  }

  /** Whether every negative control fails by orders of magnitude. */
  public boolean controlsFail() {
    return controls.stream().allMatch(Control::fails);
  }

  /** Whether the claim holds and every control fails. */
  public boolean asItShould() {
    return holds() && controlsFail();
  }

  /** The trial that is farthest from, or closest to breaking, the bound. */
  public Trial worst() {
    Trial worst = trials.get(0);
    for (Trial trial : trials) {
      worst = bound.worse(trial.error(), worst.error()) ? trial : worst;
    }
    return worst;
  }

  /** The largest error; where something is impossible, the smallest. */
  public double error() {
    return worst().error();
  }

  /** The seed of the worst trial. */
  public long worstSeed() {
    return worst().seed();
  }

  /** The worst trial's instance with the matrices of its construction, made again. */
  public Instance worstInstance() {
    return again.instance(worst().sizes(), worst().seed());
  }

  public List<Trial> outcomes() {
    return trials;
  }

  public List<Control> controls() {
    return controls;
  }

  public double seconds() {
    return seconds;
  }

  /** One row per trial: sizes, seed, the error of each conclusion, and the condition. */
  public Table trials() {
    Table table = Table.create(statement.id() + ": trials");
    for (String name : trials.get(0).sizes().values().keySet()) {
      IntColumn column = IntColumn.create(name);
      trials.forEach(trial -> column.append(trial.sizes().get(name)));
      table.addColumns(column);
    }
    LongColumn seed = LongColumn.create("seed");
    trials.forEach(trial -> seed.append(trial.seed()));
    table.addColumns(seed);
    for (String conclusion : conclusions()) {
      DoubleColumn column = DoubleColumn.create(conclusion);
      trials.forEach(t -> column.append(t.errors().getOrDefault(conclusion, Double.NaN)));
      table.addColumns(column);
    }
    DoubleColumn condition = DoubleColumn.create("condition");
    trials.forEach(trial -> condition.append(trial.condition()));
    return table.addColumns(condition);
  }

  private Set<String> conclusions() {
    Set<String> names = new TreeSet<>();
    trials.forEach(trial -> names.addAll(trial.errors().keySet()));
    return names;
  }

  /** One row per size: how many trials, median and worst error, worst condition. */
  public Table sizes() {
    StringColumn sizes = StringColumn.create("sizes");
    IntColumn count = IntColumn.create("trials");
    StringColumn median = StringColumn.create("median error");
    StringColumn worst = StringColumn.create("worst error");
    StringColumn condition = StringColumn.create("largest condition");
    for (Sizes size : trials.stream().map(Trial::sizes).distinct().toList()) {
      List<Trial> these = trials.stream().filter(t -> t.sizes().equals(size)).toList();
      double[] errors = these.stream().mapToDouble(Trial::error).sorted().toArray();
      sizes.append(size.toString());
      count.append(errors.length);
      median.append(Bound.number(errors[errors.length / 2]));
      worst.append(Bound.number(bound.upper() ? errors[errors.length - 1] : errors[0]));
      condition.append(
          Bound.number(these.stream().mapToDouble(Trial::condition).max().orElseThrow()));
    }
    return Table.create(statement.id() + ": sizes", sizes, count, median, worst, condition);
  }

  /** One row per negative control: what was broken, and the errors that came of it. */
  public Table controlTable() {
    StringColumn broken = StringColumn.create("negative control");
    StringColumn instead = StringColumn.create("instead");
    IntColumn count = IntColumn.create("trials");
    StringColumn range = StringColumn.create("error");
    StringColumn outcome = StringColumn.create("");
    for (Control control : controls) {
      broken.append("without " + control.hypothesis().name());
      instead.append(control.hypothesis().broken());
      count.append(control.errors().size());
      range.append(
          "%s … %s".formatted(Bound.number(control.smallest()), Bound.number(control.largest())));
      outcome.append(control.fails() ? "fails, as it should" : "DOES NOT FAIL");
    }
    return Table.create(
        statement.id() + ": negative controls", broken, instead, count, range, outcome);
  }

  /** The errors against the size, with the bound and the controls. */
  public Figure plot() {
    return new ErrorPlot(statement, axis, bound, trials, controls).figure();
  }

  /** What came out, in a few words. */
  public String summary() {
    String what = dropped.isEmpty() ? "" : "without " + String.join(" and ", dropped) + " it ";
    String outcome = dropped.isEmpty() ? (holds() ? "holds" : "DOES NOT HOLD") : fate();
    String checked =
        "%s%s: %s error %s, bound %s, %,d trials"
            .formatted(
                what,
                outcome,
                bound.upper() ? "largest" : "smallest",
                Bound.number(error()),
                bound,
                trials.size());
    List<String> parts = new ArrayList<>(List.of(checked));
    if (!controls.isEmpty()) {
      long failing = controls.stream().filter(Control::fails).count();
      parts.add("%d of %d controls fail as they should".formatted(failing, controls.size()));
    }
    return String.join("; ", parts) + String.format(Locale.ROOT, "; %.1f s", seconds);
  }

  private String fate() {
    long failing = trials.stream().filter(trial -> !bound.holds(trial.error())).count();
    return failing == 0 ? "still holds" : "fails in %d of %d".formatted(failing, trials.size());
  }

  @Override
  public String toString() {
    return "%s %s: %s".formatted(statement.id(), statement.title(), summary());
  }
}
