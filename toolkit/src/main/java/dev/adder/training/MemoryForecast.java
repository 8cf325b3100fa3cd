package dev.adder.training;

import dev.adder.adapter.Attachment;
import dev.adder.model.MambaConfig;
import dev.adder.model.MambaWeights;
import dev.adder.model.OpenPlaces;
import dev.adder.model.WeightSlot;
import dev.adder.model.WeightSpec;
import dev.adder.tensor.MachineMemory;
import dev.adder.tensor.RawTensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much memory a training step will need, known before the first one.
 *
 * <p>It counts what the operators keep for the way back, tensor by tensor, as they are written; a
 * test compares it with what a process really takes. Not counted: growth of the Java heap, which
 * has its own limit, and what the compiler and the allocator set aside (some ten MB).
 *
 * @param trainedParameters what training moves
 * @param weightBytes the model's frozen tensors, which are in memory already
 * @param updateBytes trained tensors and their gradients
 * @param optimizerBytes two moments of every trained parameter
 * @param activationBytes what is kept of the way forward when the loss is reached
 * @param temporaryBytes the most that exists beside that for a moment: logits and their gradients,
 *     or the gradients inside of one block
 * @param residentBytes what this process takes now, the weights included
 */
public record MemoryForecast(
    long trainedParameters,
    long weightBytes,
    long updateBytes,
    long optimizerBytes,
    long activationBytes,
    long temporaryBytes,
    long residentBytes) {

  /** A JVM with the engine loaded and no tensor; used where the system does not tell. */
  private static final long PROCESS_BYTES = 350L << 20;

  private static final int FLOAT = Float.BYTES;

  /**
   * A forecast for a step on batches of one size, every token of which has a target.
   *
   * @param attachments what is trained
   * @param checkpointing whether blocks are computed anew on the way back
   */
  public static MemoryForecast of(
      MambaConfig config,
      List<Attachment> attachments,
      int batch,
      int length,
      boolean checkpointing) {
    if (batch < 1 || length < 1) {
      throw new IllegalArgumentException(
          "A forecast for %d sequences of %d tokens; both must be at least 1."
              .formatted(batch, length));
    }
    Pass pass = new Pass(config, attachments, batch, length);
    long trained = attachments.stream().mapToLong(Attachment::trained).sum();
    long weights = MambaWeights.size(config) * FLOAT;
    long block = pass.block();
    long kept = checkpointing ? pass.streams() : pass.streams() + config.layers() * block;
    long back = pass.blockGradients() + (checkpointing ? block : 0);
    return new MemoryForecast(
        trained,
        weights,
        2 * trained * FLOAT,
        2 * trained * FLOAT,
        kept * FLOAT,
        Math.max(pass.head(), back) * FLOAT,
        MachineMemory.resident().orElse(PROCESS_BYTES + weights));
  }

  /** What training adds to what the process takes now. */
  public long neededBytes() {
    return updateBytes + optimizerBytes + activationBytes + temporaryBytes;
  }

  /** The most the process will take. */
  public long peakBytes() {
    return residentBytes + neededBytes();
  }

  /** Whether a step would fit into these bytes; true if they are unknown. */
  public boolean fits(OptionalLong available) {
    return available.isEmpty() || neededBytes() <= available.getAsLong();
  }

  /**
   * Refuses a step that would not fit.
   *
   * @param available bytes; empty if unknown
   * @param checkpointing whether blocks are computed anew already
   * @throws IllegalStateException with what is needed, what there is, and what helps
   */
  public void requireFits(OptionalLong available, boolean checkpointing) {
    if (!fits(available)) {
      throw new IllegalStateException(
          "Training needs about %s more memory, but %s are available. Use a smaller batch%s."
              .formatted(
                  size(neededBytes()),
                  size(available.getAsLong()),
                  checkpointing
                      ? " or shorter sequences"
                      : ", shorter sequences or checkpointing()"));
    }
  }

  /** Numbers of one pass, in floats. */
  private record Pass(MambaConfig config, List<Attachment> attachments, int batch, int length) {

    private static final int MOST_LOGITS = 1 << 23;
    private static final int FEWEST_ROWS = 64;
    private static final int STEPS_PER_STATE = 32;
    private static final int BLOCKS_PER_GROUP = 8;

    /** Tokens of the batch, and what a batch of one reads before them. */
    private long rows() {
      return (long) batch * length
          + rowsOf(OpenPlaces.PROMPT)
          + rowsOf(OpenPlaces.PREFIX)
          + rowsOf(OpenPlaces.AFFIX);
    }

    private long rowsOf(String target) {
      return place(target).map(shape -> shape.get(0)).orElse(0L);
    }

    /** Shape of what is attached in an open place, of the first block if it is in all. */
    private Optional<List<Long>> place(String target) {
      return attachments.stream()
          .map(Attachment::slot)
          .filter(slot -> slot.weight().isOpen() && slot.weight().layer() <= 0)
          .filter(slot -> slot.target().equals(target))
          .map(WeightSlot::shape)
          .findFirst();
    }

    private long states() {
      long extra = place(OpenPlaces.EXTRA_A).map(shape -> shape.get(1)).orElse(0L);
      return config.dState() + extra;
    }

    /** What stands beside a block's states: offsets, and the numbers of further states. */
    private long beside() {
      long offset = place(OpenPlaces.STATE_OFFSET).isPresent() ? 2 : 0;
      long output = place(OpenPlaces.OUTPUT_OFFSET).isPresent() ? 1 : 0;
      long extra = states() - config.dState();
      long joined = extra == 0 ? 0 : 2 * (rows() * (states() + extra) + config.dInner() * states());
      return (offset + output) * rows() * config.dInner() + joined;
    }

    /**
     * The residual stream and the branch before each block; the embedded input, the last norm and
     * the rows that have a target. Token ids count as two floats.
     */
    long streams() {
      return rows() * ((2L * config.layers() + 3) * config.dModel() + 3) + kept(-1);
    }

    /** What one block keeps beside its stream and branch. */
    long block() {
      long inner = config.dInner();
      long states = states();
      long tiles = (length + STEPS_PER_STATE - 1) / STEPS_PER_STATE;
      long norm = rows() * (config.dModel() + 1);
      long convolution = rows() * inner + (long) batch * (config.dConv() - 1) * inner;
      long scan = (rows() + batch * states + batch * tiles * states) * inner;
      long stateMatrix = inner * states;
      return norm
          + linear("in_proj")
          + convolution
          + linear("x_proj")
          + linear("dt_proj")
          + stateMatrix
          + scan
          + beside()
          + kept(0);
    }

    /** What updates keep in one block, or outside of the blocks at -1. */
    private long kept(int layer) {
      return attachments.stream()
          .filter(one -> one.slot().weight().layer() == layer)
          .mapToLong(one -> one.kept(rows()))
          .sum();
    }

    /** A product's output; cut into parts behind one product, it exists twice. */
    private long linear(String target) {
      WeightSpec weight =
          MambaWeights.of(config).stream()
              .filter(spec -> spec.layer() == 0 && spec.target().equals(target))
              .findFirst()
              .orElseThrow();
      List<Attachment> here =
          attachments.stream().filter(one -> one.slot().weight().equals(weight)).toList();
      boolean whole = here.stream().anyMatch(one -> one.slot().part().isEmpty());
      boolean narrows = weight.shape().get(0) < weight.shape().get(1);
      boolean cut = !weight.parts().isEmpty() && (whole || (here.isEmpty() && narrows));
      return rows() * weight.shape().get(0) * (cut ? 2 : 1);
    }

    /** Some logits, the gradient of the rows that have a target, and that of a trained head. */
    long head() {
      long classes = config.vocabSize();
      long chunk = Math.min(rows(), Math.max(FEWEST_ROWS, MOST_LOGITS / classes));
      String head = config.tiedEmbeddings() ? "embedding" : "lm_head";
      boolean trained =
          attachments.stream().anyMatch(one -> one.slot().weight().target().equals(head));
      return chunk * classes + rows() * config.dModel() + (trained ? classes * config.dModel() : 0);
    }

    /** Gradients at the scan of the last block: of the stream twice, of y, x, δ and z, and sums. */
    long blockGradients() {
      long inner = config.dInner();
      long blocks = (inner + RawTensor.LANES - 1) / RawTensor.LANES;
      long groups = (blocks + BLOCKS_PER_GROUP - 1) / BLOCKS_PER_GROUP;
      return rows() * (2L * config.dModel() + 4 * inner + 2 * groups * states())
          + 2L * batch * inner * states();
    }
  }

  /** The forecast as a few lines. */
  @Override
  public String toString() {
    return """
        peak                 %10s
          now                %10s  (weights %s)
          updates, gradients %10s  (%,d parameters)
          optimizer          %10s
          activations        %10s
          temporary          %10s"""
        .formatted(
            size(peakBytes()),
            size(residentBytes),
            size(weightBytes),
            size(updateBytes),
            trainedParameters,
            size(optimizerBytes),
            size(activationBytes),
            size(temporaryBytes));
  }

  private static String size(long bytes) {
    double mega = bytes / (double) (1 << 20);
    return mega < 10_000
        ? String.format(Locale.ROOT, mega < 10 ? "%.1f MB" : "%.0f MB", mega)
        : String.format(Locale.ROOT, "%.1f GB", mega / 1024);
  }
}
