package dev.adder.paper;

import dev.adder.PretrainedModel;
import dev.adder.TrainedModel;
import dev.adder.data.Answer;
import dev.adder.data.DataSet;
import dev.adder.data.Example;
import dev.adder.data.QuickTwin;
import dev.adder.data.Task;
import dev.adder.data.TokenExample;
import dev.adder.evaluation.BeamSearch;
import dev.adder.evaluation.Decoding;
import dev.adder.evaluation.Guess;
import dev.adder.evaluation.Score;
import dev.adder.paper.TwinCard.Row;
import dev.adder.training.ProgressListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Measures the cards of quick twins. A card that is there, made with the same model, examples and
 * settings, is not measured again, so that an interrupted run goes on.
 */
public final class TwinMeasurement {

  private final PretrainedModel model;
  private final TwinCards cards;
  private final Function<QuickTwin, TwinTuning> tunings;
  private final ProgressListener progress;
  private final Consumer<TwinCard> measured;

  /**
   * @param model that is tuned
   * @param cards where they are kept
   */
  public TwinMeasurement(PretrainedModel model, TwinCards cards) {
    this(model, cards, TwinTuning::of, ProgressListener.NONE, card -> {});
  }

  private TwinMeasurement(
      PretrainedModel model,
      TwinCards cards,
      Function<QuickTwin, TwinTuning> tunings,
      ProgressListener progress,
      Consumer<TwinCard> measured) {
    this.model = model;
    this.cards = cards;
    this.tunings = tunings;
    this.progress = progress;
    this.measured = measured;
  }

  /** Tunes in another way than {@code data/grids/twins.json} says. */
  public TwinMeasurement tuning(Function<QuickTwin, TwinTuning> other) {
    return new TwinMeasurement(model, cards, other, progress, measured);
  }

  /**
   * Shows progress and time left, and each card as soon as it is written; both by the caller's
   * thread.
   */
  public TwinMeasurement watch(ProgressListener listener, Consumer<TwinCard> eachCard) {
    return new TwinMeasurement(model, cards, tunings, listener, eachCard);
  }

  /**
   * Measures what is not measured yet, several runs at once. Each card is written when it is done.
   *
   * @return the cards of these twins, in their order
   * @throws IOException if a card cannot be read or written
   * @throws IllegalStateException if the thread is interrupted; what is written stays
   */
  public List<TwinCard> run(List<QuickTwin> twins) throws IOException {
    List<Part> parts = new ArrayList<>();
    int units = 0;
    for (QuickTwin twin : twins) {
      Unit unit = new Unit(twin);
      if (cards.find(twin).filter(unit::describes).isEmpty()) {
        parts.addAll(unit.parts());
        units++;
      }
    }
    // The longest first, so that no core waits at the end.
    parts.sort(Comparator.comparingLong(Part::cost).reversed());
    progress.begin(
        "%d twins, in thousands of tokens".formatted(units),
        parts.stream().mapToLong(Part::cost).sum() / 1000);
    AtomicLong done = new AtomicLong();
    Queue<TwinCard> fresh = new ConcurrentLinkedQueue<>();
    try {
      OneThreadEach.run(
          parts.stream().map(part -> work(part, done, fresh)).toList(), () -> show(done, fresh));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "The measurement was interrupted; the cards that are written stay. Run it again to go on.",
          stopped);
    }
    progress.end("%d measured, %d kept".formatted(units, twins.size() - units));
    cards.writePage();
    List<TwinCard> all = new ArrayList<>();
    for (QuickTwin twin : twins) {
      all.add(cards.find(twin).orElseThrow());
    }
    return all;
  }

  private Callable<Unit> work(Part part, AtomicLong done, Queue<TwinCard> fresh) {
    return () -> {
      AtomicLong ofPart = new AtomicLong();
      part.work()
          .run(
              cost -> {
                ofPart.addAndGet(cost);
                done.addAndGet(cost);
              });
      done.addAndGet(part.cost() - ofPart.get());
      Optional<TwinCard> card = part.unit().partDone();
      if (card.isPresent()) {
        cards.write(card.get());
        fresh.add(card.get());
      }
      return part.unit();
    };
  }

  private void show(AtomicLong done, Queue<TwinCard> fresh) {
    for (TwinCard card = fresh.poll(); card != null; card = fresh.poll()) {
      measured.accept(card);
    }
    progress.advance(done.get() / 1000, "");
  }

  /** What is done for a part of a card; tells the cost of what is done so far, bit by bit. */
  private interface Work {
    void run(LongConsumer costDone);
  }

  /**
   * A piece of work for a card.
   *
   * @param cost tokens that are trained on, or as much work
   */
  private record Part(Unit unit, long cost, Work work) {}

  /** A twin that is measured, in parts that may run at once. */
  private final class Unit {

    private final QuickTwin twin;
    private final Task task;
    private final TwinTuning tuning;
    private final Decoding decoding;
    private final Row[] tuned;
    private List<Guess> guesses = List.of();
    private List<Row> frozen = List.of();
    private int left;

    Unit(QuickTwin twin) {
      this.twin = twin;
      task = twin.task();
      tuning = tunings.apply(twin);
      decoding = BeamSearch.PAPER.maxNewTokens(tuning.maxNewTokens());
      tuned = new Row[tuning.seeds().size()];
      left = 1 + tuned.length;
    }

    /** Whether a card says what this measurement would. */
    boolean describes(TwinCard card) {
      return card.model().equals(model.fingerprint())
          && card.data().equals(task.fingerprint())
          && card.tuning().equals(tuning)
          && card.decoding().equals(chosen());
    }

    private String chosen() {
      if (task.answer() instanceof Answer.Choice choice) {
        return choice.anyToken()
            ? "the most probable token of all"
            : "the most probable class word";
      }
      return "%s, at most %d tokens".formatted(decoding.describe(), tuning.maxNewTokens());
    }

    List<Part> parts() {
      long training = tuning.epochs() * tokens(task.train());
      // A way forth is a third of a step; a beam's token costs about as much as one of a way forth.
      long scoring =
          (tokens(task.test())
                  + (long) task.test().size() * decoding.rows() * tuning.maxNewTokens() / 2)
              / 3;
      List<Part> parts = new ArrayList<>();
      parts.add(new Part(this, scoring, costDone -> untuned()));
      for (int i = 0; i < tuned.length; i++) {
        int run = i;
        parts.add(new Part(this, training + scoring, costDone -> tune(run, training, costDone)));
      }
      return parts;
    }

    private long tokens(List<Example> examples) {
      return task.encode(examples, model.tokens()).stream().mapToLong(TokenExample::length).sum();
    }

    private void untuned() {
      guesses = Guess.of(task);
      List<Row> rows = new ArrayList<>();
      rows.add(Row.of("as it is", model.evaluate(task, decoding)));
      if (task.answer() instanceof Answer.Choice choice && choice.anyToken()) {
        Task corrected = twin.corrected().task();
        rows.add(Row.of("as it is, class words only", model.evaluate(corrected, decoding)));
      }
      frozen = rows;
    }

    private void tune(int run, long training, LongConsumer costDone) {
      long seed = tuning.seeds().get(run);
      try (TrainedModel trained =
          model
              .fullFineTuning()
              .train(task)
              .epochs(tuning.epochs())
              .batchSize(tuning.batchSize())
              .learningRate(tuning.learningRate())
              .seed(seed)
              .watch(new Steps(training, costDone))
              .run()) {
        tuned[run] = Row.of("seed " + seed, trained.evaluate(decoding));
      }
    }

    /** The card, when this was its last part. */
    synchronized Optional<TwinCard> partDone() {
      left--;
      return left > 0 ? Optional.empty() : Optional.of(card());
    }

    private TwinCard card() {
      Map<String, String> metrics = new LinkedHashMap<>();
      for (Score score : guesses.get(0).evaluation().scores()) {
        metrics.put(score.metric(), score.variant());
      }
      return new TwinCard(
          twin.name(),
          twin.dataSet().about().title(),
          twin.made(),
          QuickTwin.SEED,
          DataSet.Sizes.of(task),
          task.origin().licence(),
          metrics,
          chosen(),
          tuning,
          guesses.stream().map(guess -> Row.of(guess.rule(), guess.evaluation())).toList(),
          frozen,
          List.of(tuned),
          task.fingerprint(),
          model.fingerprint());
    }
  }

  /** Tells the cost of training step by step. */
  private static final class Steps implements ProgressListener {

    private final long cost;
    private final LongConsumer costDone;
    private long steps = 1;
    private long told;

    Steps(long cost, LongConsumer costDone) {
      this.cost = cost;
      this.costDone = costDone;
    }

    @Override
    public void begin(String what, long total) {
      steps = Math.max(1, total);
    }

    @Override
    public void advance(long done, String detail) {
      long now = cost * done / steps;
      costDone.accept(now - told);
      told = now;
    }

    @Override
    public void end(String summary) {}
  }
}
