package dev.adder.adapter;

/**
 * How important the channels and states of one S4 layer are.
 *
 * @param keep for not being pruned
 * @param update for being trained
 */
record S4Scores(Of keep, Of update) {

  /** One importance for both. */
  static S4Scores both(Of of) {
    return new S4Scores(of, of);
  }

  /**
   * Larger is more important.
   *
   * @param ofChannels by channel
   * @param ofStates by [channel][state]
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Of(double[] ofChannels, double[][] ofStates) {

    /** A channel is as important as the norm of its states. */
    static Of states(double[][] ofStates) {
      double[] ofChannels = new double[ofStates.length];
      for (int c = 0; c < ofChannels.length; c++) {
        double sum = 0;
        for (double score : ofStates[c]) {
          sum += score * score;
        }
        ofChannels[c] = Math.sqrt(sum);
      }
      return new Of(ofChannels, ofStates);
    }

    float[][] toFloats() {
      float[][] floats = new float[ofStates.length][];
      for (int c = 0; c < floats.length; c++) {
        floats[c] = new float[ofStates[c].length];
        for (int n = 0; n < floats[c].length; n++) {
          floats[c][n] = (float) ofStates[c][n];
        }
      }
      return floats;
    }
  }
}
