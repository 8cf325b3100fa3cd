package dev.adder.ssm;

import dev.adder.tensor.CacheLine;
import dev.adder.tensor.RawTensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a tile works with: one array, and in it ranges one behind the other. The first begins a
 * cache line, and with it every vector (measured on Ice Lake: a quarter less time for the scan's
 * way back than from anywhere else).
 *
 * <p>A range ends a vector further than the numbers in it ask for: ranges that begin a multiple of
 * 4096 bytes apart make the processor wait, since it takes a store to one for a store to the other
 * (measured: a third more time on the way back).
 */
abstract class TileMemory {

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = VectorMath.LANES;

  private int end;
  private float[] memory = {};
  private int begin;

  /** Numbers from the beginning of a range to that of the next. */
  static int room(int size) {
    return RowNorm.padded(size) + LANES;
  }

  /** Where a further range begins, counted from the first. */
  final int range(int size) {
    int start = end;
    end += room(size);
    return start;
  }

  /** Sets up the array, once all ranges are known. */
  final void allocate() {
    memory = new float[end + CacheLine.FLOATS];
  }

  /** Begins anew, on a cache line wherever the array now lies: what stands in it is lost. */
  final void settle() {
    begin = CacheLine.first(memory);
  }

  /** Index of the first range in the array, for loops. */
  final int begin() {
    return begin;
  }

  /** {@link VectorMath#LANES} numbers from an index of the array on. */
  final FloatVector load(int index) {
    return FloatVector.fromArray(SPECIES, memory, index);
  }

  final void store(FloatVector vector, int index) {
    vector.intoArray(memory, index);
  }

  /** One number of the array in all lanes. */
  final FloatVector broadcast(int index) {
    return FloatVector.broadcast(SPECIES, memory[index]);
  }

  // From here on places are counted from the first range, as those of ranges are.

  final float get(int at) {
    return memory[begin + at];
  }

  final void put(int at, float value) {
    memory[begin + at] = value;
  }

  final void clear(int at, int size) {
    Arrays.fill(memory, begin + at, begin + at + size, 0);
  }

  /** Copies numbers of a tensor, from an index on, to here. */
  final void read(RawTensor from, int index, int at, int count) {
    from.read(index, memory, begin + at, count);
  }

  /** Copies numbers from here to a tensor, from an index on. */
  final void write(int at, RawTensor to, int index, int count) {
    to.write(index, memory, begin + at, count);
  }

  /** {@link LaneSum#ofRows}. */
  final void sumLanes(int at, int apart, int count) {
    LaneSum.ofRows(memory, begin + at, apart, count);
  }

  /**
   * Rows of a tensor, {@code stride} apart, into (block, step, lane); lanes there are no channels
   * for are 0. Blocks that lie beside each other are read row by row: one block alone would touch
   * another page for every vector.
   *
   * @param index of the first row's first number
   * @param count channels
   * @param blockSize numbers from one block to the next
   */
  final void fill(
      RawTensor from, int index, int stride, int steps, int count, int at, int blockSize) {
    int start = begin + at;
    int whole = SPECIES.loopBound(count);
    for (int t = 0; t < steps; t++) {
      int row = index + t * stride;
      int target = start + t * LANES;
      for (int i = 0; i < whole; i += LANES) {
        from.load(row + i).intoArray(memory, target);
        target += blockSize;
      }
    }
    if (whole < count) {
      int rest = start + whole / LANES * blockSize;
      Arrays.fill(memory, rest, rest + steps * LANES, 0);
      for (int t = 0; t < steps; t++) {
        from.read(index + t * stride + whole, memory, rest + t * LANES, count - whole);
      }
    }
  }

  /** (block, step, lane) into rows of a tensor, as {@link #fill} reads them. */
  final void drain(
      int at, int blockSize, RawTensor to, int index, int stride, int steps, int count) {
    int start = begin + at;
    int whole = SPECIES.loopBound(count);
    for (int t = 0; t < steps; t++) {
      int row = index + t * stride;
      int source = start + t * LANES;
      for (int i = 0; i < whole; i += LANES) {
        to.store(FloatVector.fromArray(SPECIES, memory, source), row + i);
        source += blockSize;
      }
    }
    if (whole < count) {
      int rest = start + whole / LANES * blockSize;
      for (int t = 0; t < steps; t++) {
        to.write(index + t * stride + whole, memory, rest + t * LANES, count - whole);
      }
    }
  }
}
