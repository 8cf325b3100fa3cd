package dev.adder.tensor;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.Map;

/**
 * Where the processor's cache lines begin in an array of the Java heap, which starts on any eighth
 * byte. A vector that lies across two lines costs two accesses.
 *
 * <p>The answer holds until the garbage collector moves the array, and rests on how HotSpot passes
 * objects to native code and on its usual header of 16 bytes. Where that is otherwise, it is a
 * wrong place to begin, at which everything works as well, but no faster than anywhere else.
 */
public final class CacheLine {

  /** Numbers of a line, in float32. */
  public static final int FLOATS = 16;

  private static final int BYTES = FLOATS * Float.BYTES;
  private static final int HEADER_BYTES = 16;

  private static final Memory PLACE = new Memory(Long.BYTES);

  static {
    NativeLibrary process =
        NativeLibrary.getProcess(Map.of(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE));
    Native.register(Handle.class, process);
  }

  private CacheLine() {}

  /** Index of the first number that begins a line, from 0 to {@value #FLOATS} − 1. */
  public static synchronized int first(float[] array) {
    Handle.memcpy(Pointer.nativeValue(PLACE), array, Long.BYTES);
    long start = PLACE.getLong(0) + HEADER_BYTES;
    return (int) Math.floorMod(-start, (long) BYTES) / Float.BYTES;
  }

  /** What native code is given for an object is the place where its address stands. */
  private static final class Handle {
    static native Pointer memcpy(long to, Object from, long count);
  }
}
