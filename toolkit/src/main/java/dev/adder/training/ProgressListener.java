package dev.adder.training;

/** Told how far a long piece of work is, by the thread that does it. */
public interface ProgressListener {

  /** Shows nothing. */
  ProgressListener NONE =
      new ProgressListener() {
        @Override
        public void begin(String what, long total) {}

        @Override
        public void advance(long done, String detail) {}

        @Override
        public void end(String summary) {}
      };

  /**
   * The work begins.
   *
   * @param what the work in a few words
   * @param total its size, in units of {@link #advance}
   */
  void begin(String what, long total);

  /**
   * Some of it is done.
   *
   * @param done units done since the beginning
   * @param detail the latest figure in a few words, such as "loss 0.693"
   */
  void advance(long done, String detail);

  /**
   * All of it is done.
   *
   * @param summary what came out, in a few words
   */
  void end(String summary);
}
