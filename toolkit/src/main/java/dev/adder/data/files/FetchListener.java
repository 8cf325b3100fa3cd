package dev.adder.data.files;

/** Is told how far a download has come. */
@FunctionalInterface
public interface FetchListener {

  /** Tells nobody. */
  FetchListener NONE = (file, done, total) -> {};

  /**
   * Called now and then, and at the end.
   *
   * @param file its name
   * @param done bytes that are here
   * @param total bytes in all; 0 if not known
   */
  void at(String file, long done, long total);
}
