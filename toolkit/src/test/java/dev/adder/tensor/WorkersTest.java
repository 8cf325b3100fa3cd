package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool that does every kernel: nothing is lost, and nothing breaks it. */
@Timeout(60)
class WorkersTest {

  private int before;

  @BeforeEach
  void twoThreads() {
    before = Workers.threads();
    Workers.use(2);
  }

  @AfterEach
  void asBefore() {
    Workers.use(before);
  }

  private static void everyTaskOnce(int tasks) {
    AtomicIntegerArray done = new AtomicIntegerArray(tasks);
    Workers.run(tasks, done::incrementAndGet);
    for (int i = 0; i < tasks; i++) {
      assertThat(done.get(i)).as("task %d", i).isEqualTo(1);
    }
  }

  @Test
  void every_task_is_done_once_with_any_number_of_threads() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      Workers.use(threads);
      for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
        everyTaskOnce(tasks);
      }
    }
  }

  @Test
  void a_failing_task_reaches_the_caller_and_the_pool_goes_on() {
    for (int failing = 0; failing < 8; failing++) {
      int at = failing;
      for (int round = 0; round < 20; round++) {
        assertThatThrownBy(
                () ->
                    Workers.run(
                        8,
                        task -> {
                          if (task == at) {
                            throw new IllegalArgumentException("task " + at + " fails");
                          }
                        }))
            .hasMessageContaining("task " + at + " fails");
      }
      everyTaskOnce(100);
    }
  }

  @Test
  void an_error_of_a_task_reaches_the_caller_too() {
    assertThatThrownBy(
            () ->
                Workers.run(
                    2,
                    task -> {
                      throw new StackOverflowError("deep");
                    }))
        .hasStackTraceContaining("deep");
    everyTaskOnce(10);
  }

  @Test
  void a_task_may_itself_run_tasks() {
    AtomicIntegerArray done = new AtomicIntegerArray(64);
    Workers.run(8, outer -> Workers.run(8, inner -> done.incrementAndGet(outer * 8 + inner)));
    for (int i = 0; i < 64; i++) {
      assertThat(done.get(i)).isEqualTo(1);
    }
  }

  @Test
  void two_callers_at_once_both_get_all_of_their_work() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try {
      CountDownLatch start = new CountDownLatch(2);
      Runnable work =
          () -> {
            start.countDown();
            for (int i = 0; i < 2000; i++) {
              everyTaskOnce(5);
            }
          };
      Future<?> one = callers.submit(work);
      Future<?> other = callers.submit(work);
      one.get(50, TimeUnit.SECONDS);
      other.get(50, TimeUnit.SECONDS);
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void an_interrupt_while_waiting_neither_leaves_helpers_behind_nor_is_lost() throws Exception {
    AtomicBoolean flag = new AtomicBoolean();
    AtomicIntegerArray done = new AtomicIntegerArray(2);
    CountDownLatch helping = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () -> {
              Thread self = Thread.currentThread();
              Workers.run(
                  2,
                  task -> {
                    if (Thread.currentThread() == self) {
                      // The caller's task ends when the helper is at work: it then waits for it.
                      await(helping);
                    } else {
                      helping.countDown();
                      sleep(200);
                    }
                    done.incrementAndGet(task);
                  });
              flag.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    helping.await();
    Thread.sleep(50);
    caller.interrupt();
    caller.join();
    assertThat(flag).isTrue();
    assertThat(done.get(0) + done.get(1)).isEqualTo(2);
    everyTaskOnce(10);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException early) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException early) {
      throw new IllegalStateException(early);
    }
  }

  @Test
  void a_number_of_threads_that_makes_no_sense_is_one_clear_sentence() {
    for (int count : new int[] {0, -1, 10_000}) {
      assertThatThrownBy(() -> Workers.use(count))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("The number of threads is " + count + "; it must be from 1 to ");
    }
    assertThat(Workers.threads()).isEqualTo(2);
  }
}
