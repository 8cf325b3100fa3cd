package dev.adder.evaluation;

/** The text behind one prompt while it is written: one sequence of a model, or several. */
public interface Writing {

  /**
   * Chooses the next tokens.
   *
   * @param logits of each of its sequences; of the prompt alone at first
   * @return false if the text is finished
   */
  boolean choose(float[][] logits);

  /** The sequences to go on from, as rows of the logits last given. */
  int[] parents();

  /** The token that each of them reads next. */
  int[] tokens();

  /** The finished text. */
  int[] text();
}
