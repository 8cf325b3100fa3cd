package dev.adder.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many threads the engine, its matrix products and our kernels use: one setting for all.
 *
 * <p>Results do not depend on it: work is split by shape, not by thread. A helper that finds
 * nothing to do keeps looking for a moment before it sleeps, since in a training step the next
 * piece of work is microseconds away. The helpers serve one caller at a time; a caller that finds
 * them busy, or is a helper itself, does its tasks alone.
 */
public final class Workers {

  /** The environment variable that sets the number of threads from outside. */
  public static final String VARIABLE = "ADDER_THREADS";

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final long LOOK_NANOS = 50_000;

  private static final AtomicBoolean BUSY = new AtomicBoolean();
  private static final Helper[] HELPERS = new Helper[Math.max(PROCESSORS, 64)];

  /** 0 until it is asked for: {@value #VARIABLE} is read then, so that a mistake can be told. */
  private static volatile int threads;

  private Workers() {}

  /**
   * The present number of threads: {@value #VARIABLE}, or all processors, if nobody has said
   * another.
   *
   * @throws IllegalArgumentException if {@value #VARIABLE} is not a number from 1 to 64
   */
  public static int threads() {
    int present = threads;
    if (present == 0) {
      String given = System.getenv(VARIABLE);
      if (given == null || given.isBlank()) {
        threads = PROCESSORS;
      } else {
        use(parse(given.strip()));
      }
      present = threads;
    }
    return present;
  }

  /** The number of threads in a text from outside. */
  static int parse(String given) {
    if (given.matches("\\d{1,9}")) {
      int count = Integer.parseInt(given);
      if (count >= 1 && count <= HELPERS.length) {
        return count;
      }
    }
    throw new IllegalArgumentException(
        "%s is \"%s\"; it must be a number from 1 to %d, usually %d."
            .formatted(VARIABLE, given, HELPERS.length, PROCESSORS));
  }

  /**
   * Sets the number of threads, for the engine's operators and for our kernels, in all of the JVM.
   * Where several trainings run at once, one thread each is best.
   *
   * @param count from 1 to 64 or the number of processors, whichever is more
   */
  public static void use(int count) {
    if (count < 1 || count > HELPERS.length) {
      throw new IllegalArgumentException(
          "The number of threads is %d; it must be from 1 to %d, usually %d."
              .formatted(count, HELPERS.length, PROCESSORS));
    }
    threads = count;
    // Loads the engine's native library if it is not yet there.
    Engine.getEngine("PyTorch");
    JniUtils.setNumThreads(count);
  }

  /** Runs tasks 0 … tasks − 1, some at the same time, and returns when all are done. */
  public static void run(int tasks, IntConsumer task) {
    int helpers = Math.min(threads(), tasks) - 1;
    if (helpers <= 0 || !BUSY.compareAndSet(false, true)) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    try {
      Job job = new Job(task, tasks, helpers);
      for (int h = 0; h < helpers; h++) {
        helper(h).give(job);
      }
      try {
        job.work();
      } finally {
        job.awaitHelpers();
      }
      if (job.failure != null) {
        throw new IllegalStateException("A kernel task failed: " + job.failure, job.failure);
      }
    } finally {
      BUSY.set(false);
    }
  }

  private static Helper helper(int index) {
    Helper helper = HELPERS[index];
    if (helper == null) {
      helper = new Helper();
      HELPERS[index] = helper;
      helper.start();
    }
    return helper;
  }

  /** Tasks of one call, taken one by one by whoever is free. */
  private static final class Job {
    private final IntConsumer task;
    private final int tasks;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger helping;
    private volatile @Nullable Throwable failure;

    Job(IntConsumer task, int tasks, int helpers) {
      this.task = task;
      this.tasks = tasks;
      helping = new AtomicInteger(helpers);
    }

    void work() {
      for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
        task.accept(i);
      }
    }

    void help() {
      try {
        work();
      } catch (RuntimeException | Error thrown) {
        failure = thrown;
      } finally {
        if (helping.decrementAndGet() == 0) {
          LockSupport.unpark(caller);
        }
      }
    }

    /** The helpers write into memory of the caller: they must end before it goes on. */
    void awaitHelpers() {
      long start = System.nanoTime();
      boolean interrupted = false;
      while (helping.get() > 0) {
        if (System.nanoTime() - start < LOOK_NANOS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static final class Helper extends Thread {

    private volatile @Nullable Job given;

    Helper() {
      super("adder-kernel");
      setDaemon(true);
    }

    void give(Job job) {
      given = job;
      LockSupport.unpark(this);
    }

    @Override
    public void run() {
      while (true) {
        Job job = await();
        given = null;
        job.help();
      }
    }

    private Job await() {
      long start = System.nanoTime();
      while (true) {
        Job job = given;
        if (job != null) {
          return job;
        }
        if (System.nanoTime() - start < LOOK_NANOS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
    }
  }
}
