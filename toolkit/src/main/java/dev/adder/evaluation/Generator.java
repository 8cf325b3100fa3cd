package dev.adder.evaluation;

import dev.adder.model.Mamba;
import dev.adder.model.Sequences;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Writes texts behind prompts, several side by side. What is written behind a prompt does not
 * depend on the others.
 *
 * <p>It keeps the model as it was when the generator was made. For one thread at a time.
 */
public final class Generator implements AutoCloseable {

  /** Sequences read side by side: so many share a reading of the weights. */
  private static final int ROWS = 16;

  private final Sequences sequences;

  private Generator(Sequences sequences) {
    this.sequences = sequences;
  }

  public static Generator of(Mamba model) {
    return new Generator(Sequences.of(model));
  }

  /**
   * Writes behind each prompt.
   *
   * @param prompts each of at least one token
   * @param stopToken ends a text and is not part of it; −1 for none
   * @return a text for each prompt, without the prompt
   * @throws CancellationException if the thread is interrupted
   */
  public List<int[]> generate(List<int[]> prompts, Decoding decoding, int stopToken) {
    return generate(prompts, decoding, stopToken, Math.max(1, ROWS / decoding.rows()));
  }

  /** The same with at most so many prompts side by side. */
  List<int[]> generate(List<int[]> prompts, Decoding decoding, int stopToken, int batch) {
    List<int[]> texts = new ArrayList<>();
    if (decoding.maxNewTokens() == 0) {
      prompts.forEach(prompt -> texts.add(new int[0]));
      return texts;
    }
    for (int from = 0; from < prompts.size(); from += batch) {
      List<int[]> together = prompts.subList(from, Math.min(prompts.size(), from + batch));
      List<Writing> writings = new ArrayList<>();
      for (int[] prompt : together) {
        writings.add(decoding.begin(from + writings.size(), prompt.length, stopToken));
      }
      sequences.start(together);
      write(writings, texts.size());
      writings.forEach(writing -> texts.add(writing.text()));
    }
    return texts;
  }

  private void write(List<Writing> writings, int finished) {
    List<Writing> open = new ArrayList<>(writings);
    // Where the sequences of each open text begin.
    List<Integer> starts = IntStream.rangeClosed(0, open.size()).boxed().toList();
    for (int written = 0; !open.isEmpty(); written++) {
      if (Thread.interrupted()) {
        throw new CancellationException(
            "Writing was interrupted after %d texts and %d tokens of the next %d."
                .formatted(finished, written, writings.size()));
      }
      List<Writing> going = new ArrayList<>();
      List<Integer> begin = new ArrayList<>();
      IntStream.Builder kept = IntStream.builder();
      IntStream.Builder tokens = IntStream.builder();
      int rows = 0;
      for (int i = 0; i < open.size(); i++) {
        Writing writing = open.get(i);
        int first = starts.get(i);
        if (writing.choose(logits(first, starts.get(i + 1)))) {
          going.add(writing);
          begin.add(rows);
          for (int row = 0; row < writing.tokens().length; row++) {
            kept.add(first + writing.parents()[row]);
            tokens.add(writing.tokens()[row]);
            rows++;
          }
        }
      }
      begin.add(rows);
      open = going;
      starts = begin;
      if (!open.isEmpty()) {
        sequences.keep(kept.build().toArray());
        sequences.advance(tokens.build().toArray());
      }
    }
  }

  private float[][] logits(int from, int to) {
    float[][] logits = new float[to - from][];
    for (int i = from; i < to; i++) {
      logits[i - from] = sequences.logits(i);
    }
    return logits;
  }

  @Override
  public void close() {
    sequences.close();
  }
}
