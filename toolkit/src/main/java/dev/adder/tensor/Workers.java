package dev.adder.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * How many threads the engine and our kernels use: one setting for both.
 *
 * <p>Results do not depend on it: kernels split work by shape, not by thread.
 */
public final class Workers {

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(
          PROCESSORS,
          task -> {
            Thread thread = new Thread(task, "adder-kernel");
            thread.setDaemon(true);
            return thread;
          });

  private static volatile int threads = PROCESSORS;

  private Workers() {}

  /** The present number of threads. */
  public static int threads() {
    return threads;
  }

  /**
   * Sets the number of threads, for the engine's operators and for our kernels, in all of the JVM.
   * Where several trainings run at once, one thread each is best.
   *
   * @param count at least 1
   */
  public static void use(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "The number of threads is %d; it must be at least 1.".formatted(count));
    }
    threads = count;
    // Loads the engine's native library if it is not yet there.
    Engine.getEngine("PyTorch");
    JniUtils.setNumThreads(count);
  }

  /** Runs tasks 0 … tasks − 1, some at the same time, and returns when all are done. */
  public static void run(int tasks, IntConsumer task) {
    int helpers = Math.min(threads, tasks) - 1;
    if (helpers <= 0) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(helpers);
    Runnable worker =
        () -> {
          for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
            task.accept(i);
          }
        };
    for (int h = 0; h < helpers; h++) {
      POOL.execute(
          () -> {
            try {
              worker.run();
            } catch (RuntimeException | Error thrown) {
              failure.compareAndSet(null, thrown);
            } finally {
              done.countDown();
            }
          });
    }
    try {
      worker.run();
    } finally {
      awaitUninterruptibly(done);
    }
    if (failure.get() != null) {
      throw new IllegalStateException("A kernel task failed.", failure.get());
    }
  }

  private static void awaitUninterruptibly(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException wait) {
        // The tasks write into memory of the caller: they must end before it goes on.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
