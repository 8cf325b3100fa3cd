package dev.adder.cli;

import dev.adder.paper.claims.Claim;
import dev.adder.paper.claims.Claims;
import dev.adder.paper.claims.Control;
import dev.adder.paper.claims.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks the paper's theorems. */
@Command(
    name = "claims",
    description = "Checks the paper's theorems on random instances, in float64.",
    footer = {
      "",
      "Every claim is checked at several sizes with every seed, and so is every negative control:",
      "the same with one hypothesis broken, which must fail by three orders of magnitude.",
      "The exit code is 1 if a claim does not hold or a control does not fail."
    },
    mixinStandardHelpOptions = true)
final class CheckClaims implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--trials",
      defaultValue = "200",
      description = "Seeds for each size of a claim (default: ${DEFAULT-VALUE}).")
  private int trials;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "The first seed; the others follow it (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--claim",
      defaultValue = "T",
      description = "Only the claims whose number begins so, such as T3 or T3B; all if not said.")
  private String number;

  @Override
  public Integer call() {
    List<Claim<?>> claims = new ArrayList<>();
    for (Claim<?> claim : Claims.named(number)) {
      claims.add(claim.trials(trials).seed(seed));
    }
    return check(spec.commandLine().getOut(), claims) ? 0 : 1;
  }

  /** Whether all hold and all their controls fail. */
  static boolean check(PrintWriter out, List<Claim<?>> claims) {
    List<Verdict> verdicts = new ArrayList<>();
    TerminalProgress progress = new TerminalProgress(out);
    for (Claim<?> claim : claims) {
      Verdict verdict = claim.watch(progress.withoutEnd()).check();
      verdicts.add(verdict);
      out.printf("%s%n", line(verdict));
      out.flush();
    }
    List<Verdict> wrong = verdicts.stream().filter(verdict -> !verdict.asItShould()).toList();
    out.println();
    wrong.forEach(verdict -> explain(out, verdict));
    int controls = verdicts.stream().mapToInt(verdict -> verdict.controls().size()).sum();
    out.println(
        wrong.isEmpty()
            ? "All %d claims hold, and all %d negative controls fail as they should."
                .formatted(verdicts.size(), controls)
            : "%d of %d claims are not as they should be: %s."
                .formatted(
                    wrong.size(),
                    verdicts.size(),
                    wrong.stream().map(verdict -> verdict.statement().id()).toList()));
    return wrong.isEmpty();
  }

  /** One claim in a line of a terminal; its title comes last, since it may be cut. */
  private static String line(Verdict verdict) {
    long failing = verdict.controls().stream().filter(Control::fails).count();
    return String.format(
        Locale.ROOT,
        "%s %-4s %s %.1e (%s %.0e), %d of %d controls fail, %,5d trials, %5.1f s  %s",
        verdict.asItShould() ? "✓" : "✗",
        verdict.statement().id(),
        verdict.bound().upper() ? "error" : "gap  ",
        verdict.error(),
        verdict.bound().upper() ? "≤" : "≥",
        verdict.bound().value(),
        failing,
        verdict.controls().size(),
        verdict.outcomes().size(),
        verdict.seconds(),
        verdict.statement().title());
  }

  private static void explain(PrintWriter out, Verdict verdict) {
    out.println(verdict);
    out.println(verdict.sizes().print());
    if (!verdict.controls().isEmpty()) {
      out.println(verdict.controlTable().print());
    }
    out.println("Worst instance: " + verdict.worstInstance());
    out.println();
  }
}
