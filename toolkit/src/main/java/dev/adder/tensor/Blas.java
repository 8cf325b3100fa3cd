package dev.adder.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matrix products on tensors' memory by the BLAS that the engine brings (MKL in its x86-64 builds).
 *
 * <p>Called directly, a product writes into memory that is there already, adds to what stands
 * there, reads views, and is split over {@link Workers}, so that one pool of threads does
 * everything in a step. Measured on two cores: 200 of 210 GFLOP/s, against 100 to 145 through the
 * engine's operator with its own threads. Where the engine's library does not export {@code
 * sgemm_}, plain loops do the same work slowly, which is said once.
 */
public final class Blas {

  private static final Logger LOG = LoggerFactory.getLogger(Blas.class);

  /** A product this large is worth a second thread, and pieces of that size one more each. */
  private static final double WORTH_SPLITTING_FLOP = 1e6;

  private static final double PIECE_FLOP = 4e6;

  private static final int MOST_PIECES = 16;

  /**
   * Longer sums, as over a vocabulary, are taken in parts, so that what one part reads of both
   * matrices stays in cache for all its pieces (measured at 128 × 50,280 × 768: 178 GFLOP/s against
   * 155).
   */
  private static final int LONGEST_SUM = 4096;

  /**
   * Pieces of an output have at least so many rows and columns, where it has them: what a piece
   * reads of one matrix it reads for all of the other (measured at 128 × 1536 × 768: pieces of 48
   * columns take 1.4 times as long; at 1024 × 256 × 1024, pieces of 64).
   */
  private static final int FEWEST_ROWS = 128;

  private static final int FEWEST_COLUMNS = 192;

  /**
   * A product with a side no longer than this is cut along its longer side only, into whatever
   * pieces: wider ones gain nothing there (0.98 to 1.02 of the time at 1024 × 64 × 256 and its
   * like), and the bits of the shipped quick model rest on how they are cut.
   */
  private static final int SHORT = 64;

  private static final int PIECE_ROUNDING = 16;

  private static final boolean AVAILABLE = Binding.register();

  private Blas() {}

  /** What carries out the products, in a few words. */
  public static String provider() {
    if (!AVAILABLE) {
      return "plain loops (the engine's library exports no sgemm_), slow";
    }
    return Binding.ownThreads ? "MKL, called directly" : "the engine's BLAS, called directly";
  }

  /**
   * A matrix in a tensor's memory.
   *
   * @param memory float32 or float64
   * @param offset index of its first number
   * @param rows after transposition
   * @param columns after transposition
   * @param stride numbers from one stored row to the next
   * @param transposed whether it is stored by columns
   */
  public record Matrix(
      RawTensor memory, int offset, int rows, int columns, int stride, boolean transposed) {

    /** All of a tensor as rows of this many columns. */
    public static Matrix of(RawTensor memory, int columns) {
      return new Matrix(memory, 0, memory.size() / columns, columns, columns, false);
    }

    public Matrix transpose() {
      return new Matrix(memory, offset, columns, rows, stride, !transposed);
    }

    /** Some of the rows. */
    public Matrix rows(int from, int count) {
      int start = offset + (transposed ? from : from * stride);
      return new Matrix(memory, start, count, columns, stride, transposed);
    }

    /** Some of the columns. */
    public Matrix columns(int from, int count) {
      int start = offset + (transposed ? from * stride : from);
      return new Matrix(memory, start, rows, count, stride, transposed);
    }

    long address(long base) {
      return base + (long) offset * (memory.isDouble() ? Double.BYTES : Float.BYTES);
    }
  }

  /**
   * c ← alpha·a·b + beta·c. With beta 0, what stood in c does not matter.
   *
   * <p>A result of a few columns is faster stored by columns (three times at 128 × 1536 × 8).
   */
  public static void multiply(double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    if (a.columns() != b.rows() || a.rows() != c.rows() || b.columns() != c.columns()) {
      throw new IllegalArgumentException(
          "A product of (%d, %d) and (%d, %d) does not fit into (%d, %d)."
              .formatted(a.rows(), a.columns(), b.rows(), b.columns(), c.rows(), c.columns()));
    }
    if (c.rows() == 0 || c.columns() == 0) {
      return;
    }
    if (c.transposed()) {
      multiply(alpha, b.transpose(), a.transpose(), beta, c.transpose());
      return;
    }
    if (a.columns() > 2 * LONGEST_SUM) {
      for (int from = 0; from < a.columns(); from += LONGEST_SUM) {
        int count = Math.min(LONGEST_SUM, a.columns() - from);
        multiply(alpha, a.columns(from, count), b.rows(from, count), from == 0 ? beta : 1, c);
      }
      return;
    }
    Pieces pieces = Pieces.of(c.rows(), c.columns(), a.columns());
    long addressA = a.memory().address();
    long addressB = b.memory().address();
    long addressC = c.memory().address();
    Workers.run(
        pieces.count(),
        piece -> {
          int row = pieces.row(piece);
          int column = pieces.column(piece);
          int rows = Math.min(pieces.height(), c.rows() - row);
          int columns = Math.min(pieces.width(), c.columns() - column);
          Matrix left = a.rows(row, rows);
          Matrix right = b.columns(column, columns);
          Matrix into = c.rows(row, rows).columns(column, columns);
          if (AVAILABLE) {
            Binding.multiply(
                alpha,
                left,
                left.address(addressA),
                right,
                right.address(addressB),
                beta,
                into,
                into.address(addressC));
          } else {
            plainly(alpha, left, right, beta, into);
          }
        });
  }

  /**
   * An output cut into rectangles, along its longer side first.
   *
   * @param height rows of each, but of the last ones
   * @param width columns of each, but of the last ones
   * @param down how many lie below each other
   * @param across how many lie beside each other
   */
  private record Pieces(int height, int width, int down, int across) {

    static Pieces of(int rows, int columns, int inner) {
      double flop = 2.0 * rows * columns * inner;
      int wanted =
          flop < WORTH_SPLITTING_FLOP
              ? 1
              : (int) Math.max(2, Math.min(MOST_PIECES, flop / PIECE_FLOP));
      int mostDown = Math.max(1, rows / FEWEST_ROWS);
      int mostAcross = Math.max(1, columns / FEWEST_COLUMNS);
      int down;
      int across;
      boolean tall = rows >= 2L * columns;
      if (Math.min(inner, Math.min(rows, columns)) <= SHORT) {
        down = tall ? wanted : 1;
        across = tall ? 1 : wanted;
      } else if (mostDown == 1 && mostAcross == 1) {
        down = rows > columns ? Math.min(2, wanted) : 1;
        across = rows > columns ? 1 : Math.min(2, wanted);
      } else if (tall) {
        down = Math.min(wanted, mostDown);
        across = Math.min(wanted / down, mostAcross);
      } else {
        across = Math.min(wanted, mostAcross);
        down = Math.min(wanted / across, mostDown);
      }
      int height = roundUp((rows + down - 1) / down);
      int width = roundUp((columns + across - 1) / across);
      return new Pieces(height, width, (rows + height - 1) / height, (columns + width - 1) / width);
    }

    private static int roundUp(int size) {
      return (size + PIECE_ROUNDING - 1) / PIECE_ROUNDING * PIECE_ROUNDING;
    }

    int count() {
      return down * across;
    }

    int row(int piece) {
      return piece % down * height;
    }

    int column(int piece) {
      return piece / down * width;
    }
  }

  /** The same product in plain loops. */
  static void plainly(double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.columns(); j++) {
        double sum = 0;
        for (int k = 0; k < a.columns(); k++) {
          sum += get(a, i, k) * get(b, k, j);
        }
        int at = index(c, i, j);
        double value = alpha * sum + (beta == 0 ? 0 : beta * get(c, i, j));
        if (c.memory().isDouble()) {
          c.memory().doubles().put(at, value);
        } else {
          c.memory().put(at, (float) value);
        }
      }
    }
  }

  private static int index(Matrix m, int row, int column) {
    return m.offset() + (m.transposed() ? column * m.stride() + row : row * m.stride() + column);
  }

  private static double get(Matrix m, int row, int column) {
    int at = index(m, row, column);
    return m.memory().isDouble() ? m.memory().doubles().get(at) : m.memory().get(at);
  }

  /** The native functions. BLAS stores by columns: it is asked for cᵀ = bᵀ·aᵀ. */
  private static final class Binding {

    private static final List<String> LIBRARIES =
        List.of("libtorch_cpu.so", "libtorch_cpu.dylib", "torch_cpu.dll");
    private static boolean ownThreads;

    static boolean register() {
      // Loads the engine's native library if it is not yet there.
      Engine.getEngine("PyTorch");
      for (String name : LIBRARIES) {
        Path file = Path.of(LibUtils.getLibtorchPath(), name);
        if (Files.exists(file)) {
          NativeLibrary library = NativeLibrary.getInstance(file.toString());
          try {
            library.getFunction("sgemm_");
            library.getFunction("dgemm_");
            Native.register(Gemm.class, library);
          } catch (UnsatisfiedLinkError notExported) {
            LOG.warn(
                "{} does not export sgemm_: matrix products run in plain loops, slowly.", file);
            return false;
          }
          ownThreads = registerThreads(library);
          return true;
        }
      }
      LOG.warn(
          "There is no libtorch in {}: matrix products run in plain loops, slowly.",
          LibUtils.getLibtorchPath());
      return false;
    }

    private static boolean registerThreads(NativeLibrary library) {
      try {
        Native.register(MklThreads.class, library);
        MklThreads.MKL_Set_Num_Threads_Local(0);
        return true;
      } catch (UnsatisfiedLinkError otherBlas) {
        LOG.info("The engine's BLAS is not MKL; it may use threads of its own.");
        return false;
      }
    }

    static void multiply(
        double alpha, Matrix a, long atA, Matrix b, long atB, double beta, Matrix c, long atC) {
      int before = ownThreads ? MklThreads.MKL_Set_Num_Threads_Local(1) : 0;
      Arguments.OF_THREAD.get().call(alpha, a, atA, b, atB, beta, c, atC, c.memory().isDouble());
      if (ownThreads) {
        MklThreads.MKL_Set_Num_Threads_Local(before);
      }
    }

    /** Fortran takes every argument by address; these are the addresses, one set per thread. */
    private static final class Arguments {
      static final ThreadLocal<Arguments> OF_THREAD = ThreadLocal.withInitial(Arguments::new);

      private static final int TRANSPOSE_LEFT = 0;
      private static final int TRANSPOSE_RIGHT = 8;
      private static final int ROWS = 16;
      private static final int COLUMNS = 24;
      private static final int INNER = 32;
      private static final int ALPHA = 40;
      private static final int BETA = 48;
      private static final int STRIDE_LEFT = 56;
      private static final int STRIDE_RIGHT = 64;
      private static final int STRIDE_OUT = 72;
      private static final int BYTES = 80;

      private final Memory memory = new Memory(BYTES);
      private final long base = Pointer.nativeValue(memory);

      void call(
          double alpha,
          Matrix a,
          long atA,
          Matrix b,
          long atB,
          double beta,
          Matrix c,
          long atC,
          boolean wide) {
        memory.setByte(TRANSPOSE_LEFT, (byte) (b.transposed() ? 'T' : 'N'));
        memory.setByte(TRANSPOSE_RIGHT, (byte) (a.transposed() ? 'T' : 'N'));
        memory.setInt(ROWS, c.columns());
        memory.setInt(COLUMNS, c.rows());
        memory.setInt(INNER, a.columns());
        memory.setInt(STRIDE_LEFT, b.stride());
        memory.setInt(STRIDE_RIGHT, a.stride());
        memory.setInt(STRIDE_OUT, c.stride());
        if (wide) {
          memory.setDouble(ALPHA, alpha);
          memory.setDouble(BETA, beta);
        } else {
          memory.setFloat(ALPHA, (float) alpha);
          memory.setFloat(BETA, (float) beta);
        }
        Gemm.call(base, atB, atA, atC, wide);
      }
    }

    /** sgemm and dgemm. */
    private static final class Gemm {

      static void call(long base, long left, long right, long out, boolean wide) {
        long rows = base + Arguments.ROWS;
        long columns = base + Arguments.COLUMNS;
        long inner = base + Arguments.INNER;
        long alpha = base + Arguments.ALPHA;
        long beta = base + Arguments.BETA;
        long strideLeft = base + Arguments.STRIDE_LEFT;
        long strideRight = base + Arguments.STRIDE_RIGHT;
        long strideOut = base + Arguments.STRIDE_OUT;
        long transposeRight = base + Arguments.TRANSPOSE_RIGHT;
        if (wide) {
          dgemm_(
              base,
              transposeRight,
              rows,
              columns,
              inner,
              alpha,
              left,
              strideLeft,
              right,
              strideRight,
              beta,
              out,
              strideOut);
        } else {
          sgemm_(
              base,
              transposeRight,
              rows,
              columns,
              inner,
              alpha,
              left,
              strideLeft,
              right,
              strideRight,
              beta,
              out,
              strideOut);
        }
      }

      private static native void sgemm_(
          long transposeLeft,
          long transposeRight,
          long rows,
          long columns,
          long inner,
          long alpha,
          long left,
          long strideLeft,
          long right,
          long strideRight,
          long beta,
          long out,
          long strideOut);

      private static native void dgemm_(
          long transposeLeft,
          long transposeRight,
          long rows,
          long columns,
          long inner,
          long alpha,
          long left,
          long strideLeft,
          long right,
          long strideRight,
          long beta,
          long out,
          long strideOut);
    }

    /** MKL's number of threads for calls of the calling thread; 0 stands for the global number. */
    private static final class MklThreads {
      @SuppressWarnings("MethodName") // The function's own name.
      static native int MKL_Set_Num_Threads_Local(int count);
    }
  }
}
