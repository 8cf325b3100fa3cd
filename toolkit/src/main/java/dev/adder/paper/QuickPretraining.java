package dev.adder.paper;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.adder.adapter.AdaptedModel;
import dev.adder.adapter.FullFineTuning;
import dev.adder.data.BatchSource;
import dev.adder.data.Batches;
import dev.adder.data.BpeTrainer;
import dev.adder.data.QuickText;
import dev.adder.data.TokenBatch;
import dev.adder.data.TokenExample;
import dev.adder.data.Tokens;
import dev.adder.model.Checkpoint;
import dev.adder.model.Mamba;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.KeyedRandom;
import dev.adder.tensor.RawTensor;
import dev.adder.tensor.Workers;
import dev.adder.training.Objective;
import dev.adder.training.ProgressListener;
import dev.adder.training.TrainingLog;
import dev.adder.training.TrainingLoop;
import dev.adder.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Pretrains the quick model: a small Mamba on {@link QuickText}. The same settings give the same
 * files, bit for bit, on one kind of machine.
 *
 * @param dModel width
 * @param layers blocks
 * @param vocabulary entries of the tokenizer
 * @param documents training documents; each is read once
 * @param batchSize documents per step
 * @param learningRate of the first step, falling linearly to 0
 * @param seed of text and initial values
 */
public record QuickPretraining(
    int dModel,
    int layers,
    int vocabulary,
    int documents,
    int batchSize,
    double learningRate,
    long seed) {

  /** What made the checkpoint in {@code data/quick-mamba}. */
  public static final QuickPretraining SHIPPED =
      new QuickPretraining(64, 3, 1024, 144_000, 8, 4e-3, 7);

  /** Twice what is usual at this width, so that every rank of the paper's rows fits dt_proj. */
  private static final int STEP_RANK = 8;

  /** Behind every document that is complete; also the first token of each. */
  private static final int END = 0;

  /** Batches whose documents are sorted by length together, so that rows need little padding. */
  private static final int SORTED_BATCHES = 8;

  private static final int TOKENIZER_DOCUMENTS = 4_000;
  private static final int HELD_OUT_DOCUMENTS = 1_000;
  private static final long FOR_TOKENIZER = 1L << 41;
  private static final long HELD_OUT = 1L << 40;

  /**
   * Pretrains and writes {@code config.json}, {@code model.safetensors}, {@code tokenizer.json} and
   * a {@code README.md} with the held-out perplexity.
   *
   * @param folder made if need be
   * @return perplexity per token on documents that were not trained on
   */
  public double run(Path folder, ProgressListener progress) throws IOException {
    Files.createDirectories(folder);
    // The engine's sums depend on its number of threads.
    Workers.use(1);
    Path tokenizer = folder.resolve("tokenizer.json");
    QuickText text = new QuickText(seed);
    BpeTrainer.train(documents(text, FOR_TOKENIZER, TOKENIZER_DOCUMENTS), vocabulary, tokenizer);
    Tokens tokens = Tokens.load(tokenizer);
    MambaConfig config =
        new MambaConfig(vocabulary, dModel, layers, 2 * dModel, 16, 4, STEP_RANK, 1e-5, true);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Mamba initial = new Mamba(config, initialValues(config, manager));
      List<WeightSpec> weights = MambaWeights.of(config);
      try (AdaptedModel<Mamba> full =
          AdaptedModel.attach(
              initial,
              new FullFineTuning().attachments(weights, List.of()),
              manager,
              KeyedRandom.of(seed))) {
        train(full.model(), text, tokens, progress);
        double perplexity = perplexity(full.model(), text, tokens);
        Checkpoint.save(full.model(), folder);
        Files.writeString(folder.resolve("README.md"), readme(config, perplexity));
        return perplexity;
      }
    }
  }

  private void train(Mamba model, QuickText text, Tokens tokens, ProgressListener progress) {
    TrainingSettings settings =
        TrainingSettings.PAPER
            .epochs(1)
            .batchSize(batchSize)
            .learningRate(learningRate)
            .weightDecay(0.01)
            .seed(seed);
    TrainingLoop loop = new TrainingLoop(model, settings, KeyedRandom.of(seed));
    int steps = documents / batchSize;
    progress.begin("pretraining on generated text", steps);
    Documents source = new Documents(text, tokens, batchSize);
    TrainingLog log =
        loop.run(
            "pretraining",
            Objective.nextToken(model, source),
            steps,
            steps,
            (step, validations) ->
                progress.advance(
                    step.step(), String.format(Locale.ROOT, "loss %.3f", step.loss())));
    progress.end(
        String.format(
            Locale.ROOT,
            "%d steps, last loss %.3f",
            steps,
            log.steps().get(log.steps().size() - 1).loss()));
  }

  /** Batches of documents that are written as they are needed. */
  private static final class Documents implements BatchSource {

    private final QuickText text;
    private final Tokens tokens;
    private final int batchSize;
    private long sorted = -1;
    private List<TokenExample> byLength = List.of();

    Documents(QuickText text, Tokens tokens, int batchSize) {
      this.text = text;
      this.tokens = tokens;
      this.batchSize = batchSize;
    }

    @Override
    public synchronized TokenBatch get(long i) {
      long block = i / SORTED_BATCHES;
      if (block != sorted) {
        int size = SORTED_BATCHES * batchSize;
        byLength = examples(text, block * size, size, tokens);
        byLength.sort(Comparator.comparingInt(TokenExample::length));
        sorted = block;
      }
      int from = Math.toIntExact(i % SORTED_BATCHES) * batchSize;
      return TokenBatch.of(byLength.subList(from, from + batchSize));
    }
  }

  /** Documents as examples whose every token is a label; each begins behind an end-of-text. */
  private static List<TokenExample> examples(QuickText text, long from, int count, Tokens tokens) {
    List<TokenExample> examples = new ArrayList<>();
    for (String document : documents(text, from, count)) {
      int[] label = tokens.encode(document);
      if (!QuickText.isPrompt(document)) {
        label = Arrays.copyOf(label, label.length + 1);
        label[label.length - 1] = END;
      }
      examples.add(new TokenExample(new int[] {END}, label));
    }
    return examples;
  }

  private double perplexity(Mamba model, QuickText text, Tokens tokens) {
    List<TokenExample> heldOut = examples(text, HELD_OUT, HELD_OUT_DOCUMENTS, tokens);
    double sum = 0;
    long count = 0;
    for (TokenBatch batch : Batches.inOrder(heldOut, batchSize)) {
      int labels = batch.labels().length;
      sum += TrainingLoop.loss(model, Objective.nextToken(model, batch)) * labels;
      count += labels;
    }
    return Math.exp(sum / count);
  }

  private static List<String> documents(QuickText text, long from, int count) {
    List<String> documents = new ArrayList<>();
    for (long i = from; i < from + count; i++) {
      documents.add(text.document(i));
    }
    return documents;
  }

  /** Mamba's own initialisation. */
  private Map<String, NDArray> initialValues(MambaConfig config, NDManager manager) {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (WeightSpec spec : MambaWeights.of(config)) {
      float[] values = new float[Math.toIntExact(spec.size())];
      fill(values, spec, config, KeyedRandom.of(seed).derive(spec.name()));
      long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
      tensors.put(spec.name(), RawTensor.create(manager, values, new Shape(shape)));
    }
    return tensors;
  }

  private static void fill(
      float[] values, WeightSpec spec, MambaConfig config, KeyedRandom random) {
    switch (spec.target()) {
      case "embedding" -> random.fillNormal(values, 0.02f);
      case "norm", "norm_f", "D" -> java.util.Arrays.fill(values, 1);
      case "A_log" -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) StrictMath.log(i % config.dState() + 1);
        }
      }
      case "dt_proj.bias" -> {
        for (int i = 0; i < values.length; i++) {
          double logStep =
              StrictMath.log(1e-3)
                  + random.uniform(i) * (StrictMath.log(0.1) - StrictMath.log(1e-3));
          double step = Math.max(StrictMath.exp(logStep), 1e-4);
          // The inverse of softplus, so that Δ starts at this step.
          values[i] = (float) (step + StrictMath.log(-StrictMath.expm1(-step)));
        }
      }
      case "dt_proj" -> uniform(values, random, Math.pow(config.dtRank(), -0.5));
      case "out_proj" ->
          uniform(values, random, Math.sqrt(1.0 / config.dInner()) / Math.sqrt(config.layers()));
      case "conv1d", "conv1d.bias" -> uniform(values, random, Math.sqrt(1.0 / config.dConv()));
      default -> uniform(values, random, Math.sqrt(1.0 / spec.shape().get(1)));
    }
  }

  private static void uniform(float[] values, KeyedRandom random, double bound) {
    random.fillUniform(values, (float) -bound, (float) bound);
  }

  private String readme(MambaConfig config, double perplexity) {
    return String.format(
        Locale.ROOT,
        """
        # The quick model

        A small Mamba-1 (%,d parameters: d_model %d, %d blocks, d_inner %d, d_state %d, dt_rank %d, vocabulary %d) that Adder
        pretrained on text that Adder generates. It is what notebooks use at `Scale.QUICK`; it knows the language
        of the quick twins, and nothing else.

        | | |
        |---|---|
        | made by | `./adder pretrain` (class `QuickPretraining`, value `SHIPPED`) |
        | text | `QuickText`, seed %d: %,d documents, each read once |
        | training | AdamW, batches of %d documents, rate %s falling linearly to 0, weight decay 0.01, norm clipped at 1 |
        | held-out perplexity | %.3f per token, on %,d documents that were not trained on |

        The first %,d documents say how a few things are (a door, a lamp, a dog), say it again in other words, and ask
        about them, answered "Yes." or "No.". Then they ask about two things at once, too, and there are people and what is
        known of them, talks and what came of others, reviews, sentences as grammar wants them, tables with questions or
        queries, rows of pictures as numbers, and the prompts of the quick twins of text, which stop where an answer would begin:
        no label of a twin is in the text. The same command gives the same bytes on the same kind of machine.
        """,
        MambaWeights.size(config),
        config.dModel(),
        config.layers(),
        config.dInner(),
        config.dState(),
        config.dtRank(),
        config.vocabSize(),
        seed,
        documents,
        batchSize,
        learningRate,
        perplexity,
        HELD_OUT_DOCUMENTS,
        QuickText.PRIMER);
  }
}
