package dev.adder.tensor;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors to and from native memory, on every JDK.
 *
 * <p>The Vector API reads byte buffers up to JDK 20 and memory segments from 21 on. Both are
 * reached through constant method handles, which the compiler inlines: measured as fast as arrays
 * on 17 and 25. The memory is therefore an {@code Object}, whichever of the two it is.
 */
final class VectorMemory {

  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  private static final int FIRST_WITH_SEGMENTS = 21;
  private static final boolean SEGMENTS = Runtime.version().feature() >= FIRST_WITH_SEGMENTS;
  private static final MethodHandle LOAD;
  private static final MethodHandle LOAD_SOME;
  private static final MethodHandle STORE;
  private static final MethodHandle STORE_SOME;
  private static final MethodHandle OF_BUFFER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> memory =
          SEGMENTS ? Class.forName("java.lang.foreign.MemorySegment") : ByteBuffer.class;
      Class<?> offset = SEGMENTS ? long.class : int.class;
      String from = SEGMENTS ? "fromMemorySegment" : "fromByteBuffer";
      String into = SEGMENTS ? "intoMemorySegment" : "intoByteBuffer";
      Class<FloatVector> vector = FloatVector.class;
      Class<?> species = VectorSpecies.class;
      Class<?> order = ByteOrder.class;
      Class<?> mask = VectorMask.class;
      LOAD =
          load(
              lookup.findStatic(
                  vector, from, MethodType.methodType(vector, species, memory, offset, order)),
              MethodType.methodType(vector, Object.class, long.class));
      LOAD_SOME =
          load(
              lookup.findStatic(
                  vector,
                  from,
                  MethodType.methodType(vector, species, memory, offset, order, mask)),
              MethodType.methodType(vector, Object.class, long.class, mask));
      STORE =
          store(
              lookup.findVirtual(
                  vector, into, MethodType.methodType(void.class, memory, offset, order)),
              MethodType.methodType(void.class, vector, Object.class, long.class));
      STORE_SOME =
          store(
              lookup.findVirtual(
                  vector, into, MethodType.methodType(void.class, memory, offset, order, mask)),
              MethodType.methodType(void.class, vector, Object.class, long.class, mask));
      OF_BUFFER =
          SEGMENTS
              ? lookup
                  .findStatic(memory, "ofBuffer", MethodType.methodType(memory, Buffer.class))
                  .asType(MethodType.methodType(Object.class, ByteBuffer.class))
              : MethodHandles.identity(ByteBuffer.class)
                  .asType(MethodType.methodType(Object.class, ByteBuffer.class));
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  private VectorMemory() {}

  private static MethodHandle load(MethodHandle handle, MethodType type) {
    MethodHandle ordered = MethodHandles.insertArguments(handle, 3, ByteOrder.nativeOrder());
    return MethodHandles.explicitCastArguments(
        MethodHandles.insertArguments(ordered, 0, SPECIES), type);
  }

  private static MethodHandle store(MethodHandle handle, MethodType type) {
    return MethodHandles.explicitCastArguments(
        MethodHandles.insertArguments(handle, 3, ByteOrder.nativeOrder()), type);
  }

  /** The memory of a direct buffer in the form that this JDK's vectors read. */
  static Object of(ByteBuffer buffer) {
    try {
      return (Object) OF_BUFFER.invokeExact(buffer);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static FloatVector load(Object memory, long offset) {
    try {
      return (FloatVector) LOAD.invokeExact(memory, offset);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static FloatVector load(Object memory, long offset, VectorMask<Float> lanes) {
    try {
      return (FloatVector) LOAD_SOME.invokeExact(memory, offset, (VectorMask) lanes);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static void store(FloatVector vector, Object memory, long offset) {
    try {
      STORE.invokeExact(vector, memory, offset);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  static void store(FloatVector vector, Object memory, long offset, VectorMask<Float> lanes) {
    try {
      STORE_SOME.invokeExact(vector, memory, offset, (VectorMask) lanes);
    } catch (Throwable thrown) {
      throw rethrown(thrown);
    }
  }

  private static RuntimeException rethrown(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(thrown);
  }
}
