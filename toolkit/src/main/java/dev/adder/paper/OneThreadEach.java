package dev.adder.paper;

import dev.adder.tensor.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Works that run at once, as many as there are threads, each on one thread: small models gain more
 * from that than from several threads each. A work gives the same bits whatever runs beside it.
 */
final class OneThreadEach {

  private OneThreadEach() {}

  /**
   * Runs them all.
   *
   * @param works begun in this order
   * @param meanwhile run by the caller's thread several times a second, to show how far they are
   * @return the results in the same order
   * @throws IOException if a work threw it; the others are interrupted
   * @throws InterruptedException if the caller's thread is interrupted, and with it the works
   */
  static <R> List<R> run(List<Callable<R>> works, Runnable meanwhile)
      throws IOException, InterruptedException {
    int threads = Workers.threads();
    Workers.use(1);
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      CompletionService<R> completed = new ExecutorCompletionService<>(workers);
      List<Future<R>> running = works.stream().map(completed::submit).toList();
      for (int left = running.size(); left > 0; meanwhile.run()) {
        Future<R> done = completed.poll(200, TimeUnit.MILLISECONDS);
        if (done != null) {
          result(done);
          left--;
        }
      }
      List<R> results = new ArrayList<>();
      for (Future<R> done : running) {
        results.add(result(done));
      }
      return results;
    } finally {
      workers.shutdownNow();
      Workers.use(threads);
    }
  }

  private static <R> R result(Future<R> done) throws IOException, InterruptedException {
    try {
      return done.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof IOException io) {
        throw io;
      }
      if (failure.getCause() instanceof UncheckedIOException io) {
        throw io.getCause();
      }
      throw new IllegalStateException(failure.getCause().getMessage(), failure.getCause());
    }
  }
}
