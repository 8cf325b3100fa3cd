package dev.adder.data;

import java.util.AbstractList;
import java.util.RandomAccess;
import java.util.function.IntFunction;

/**
 * Examples that are written when they are read: pictures as text would fill the memory that their
 * bytes do not.
 */
final class LazyExamples extends AbstractList<Example> implements RandomAccess {

  private final int[] which;
  private final IntFunction<Example> write;

  /**
   * @param which numbers of the examples, in order
   * @param write the example of a number; always the same
   */
  LazyExamples(int[] which, IntFunction<Example> write) {
    this.which = which.clone();
    this.write = write;
  }

  @Override
  public Example get(int index) {
    return write.apply(which[index]);
  }

  @Override
  public int size() {
    return which.length;
  }
}
