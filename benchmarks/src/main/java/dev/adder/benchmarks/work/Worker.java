package dev.adder.benchmarks.work;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A process that prepares one task and runs it whenever it reads a line.
 *
 * <p>The task is its argument, as JSON. It answers in lines of JSON: first {@code trained}, then
 * {@code seconds} and {@code check} of each run, or {@code error} with a sentence. The workers of
 * the peers speak the same way.
 */
public final class Worker {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Worker() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    // What libraries print must not mix with the answers.
    System.setOut(System.err);
    try (Work work = Work.open(JSON.readValue(arguments[0], Task.class))) {
      answer(answers, Map.of("trained", work.trained()));
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (commands.readLine() != null) {
        long start = System.nanoTime();
        double check = work.run();
        double seconds = (System.nanoTime() - start) * 1e-9;
        answer(answers, Map.of("seconds", seconds, "check", check));
      }
    } catch (Exception | OutOfMemoryError failure) {
      failure.printStackTrace();
      String message = failure.getMessage();
      answer(answers, Map.of("error", message == null ? failure.toString() : message));
      System.exit(1);
    }
  }

  private static void answer(PrintStream answers, Map<String, ?> fields) throws IOException {
    answers.println(JSON.writeValueAsString(fields));
    answers.flush();
  }
}
