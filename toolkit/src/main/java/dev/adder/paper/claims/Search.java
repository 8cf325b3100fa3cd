package dev.adder.paper.claims;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.SimpleBounds;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.hipparchus.random.MersenneTwister;

/**
 * Looks for the worst instance of a claim: first at random, then by CMA-ES (Hansen) over the normal
 * numbers that the worst one so far was drawn from.
 */
final class Search {

  /** CMA-ES moves the first numbers of an instance only; more would take it too long to learn. */
  private static final int MOST_NUMBERS = 60;

  private static final double FIRST_STEP = 0.5;
  private static final double FARTHEST = 6;

  private final Claim<?> claim;
  private final Plan plan;
  private final Bound bound;
  private final int budget;
  private final List<Counterexample.Step> records = new ArrayList<>();
  private Instance worst;
  private Trial worstTrial;
  private int tried;

  Search(Claim<?> claim, Plan plan, int budget) {
    this.claim = claim;
    this.plan = plan;
    this.budget = budget;
    bound = claim.bound();
    worst = claim.instance(plan.sizes().get(0), plan.seed());
    worstTrial = Trial.of(worst, bound);
    tried = 1;
    record("random");
  }

  private void record(String how) {
    records.add(new Counterexample.Step(tried, how, worstTrial.error(), worstTrial.condition()));
  }

  Counterexample run() {
    plan.progress().begin(claim.statement().id() + ": search", budget);
    while (tried < budget / 2) {
      Sizes sizes = plan.sizes().get(tried % plan.sizes().size());
      take(claim.instance(sizes, plan.seed() + tried), "random");
    }
    optimise();
    Counterexample result =
        new Counterexample(
            claim.statement(), plan.dropped(), bound, tried, worstTrial, worst, records);
    plan.progress().end(result.found() ? "found" : "none found");
    return result;
  }

  private double take(Instance instance, String how) {
    tried++;
    Trial trial = Trial.of(instance, bound);
    if (bound.worse(trial.error(), worstTrial.error())) {
      worst = instance;
      worstTrial = trial;
      record(how);
    }
    plan.progress().advance(tried, "worst error " + Bound.number(worstTrial.error()));
    return trial.error();
  }

  private void optimise() {
    Instance from = worst;
    double[] start = from.draw().used(MOST_NUMBERS);
    if (start.length == 0) {
      return;
    }
    int n = start.length;
    double[] step = new double[n];
    double[] low = new double[n];
    double[] high = new double[n];
    for (int i = 0; i < n; i++) {
      start[i] = Math.max(-FARTHEST, Math.min(FARTHEST, start[i]));
      step[i] = FIRST_STEP;
      low[i] = -FARTHEST;
      high[i] = FARTHEST;
    }
    int population = 4 + (int) (3 * Math.log(n));
    CMAESOptimizer optimizer =
        new CMAESOptimizer(
            Integer.MAX_VALUE, 0, true, 0, 0, new MersenneTwister(from.seed()), false, null);
    ObjectiveFunction height =
        new ObjectiveFunction(
            numbers -> {
              Draw draw = Draw.of(from.seed(), numbers);
              double error = take(claim.instance(from.sizes(), from.seed(), draw), "search");
              double size = Double.isNaN(error) ? Double.MAX_VALUE : Math.max(error, 1e-300);
              return bound.upper() ? Math.log(size) : -Math.log(size);
            });
    try {
      optimizer.optimize(
          height,
          GoalType.MAXIMIZE,
          new InitialGuess(start),
          new SimpleBounds(low, high),
          new CMAESOptimizer.Sigma(step),
          new CMAESOptimizer.PopulationSize(population),
          new MaxEval(Math.max(1, budget - tried)));
    } catch (MathIllegalStateException spent) {
      // The optimiser's way to say that the budget is used up; what it found has been taken.
      if (tried < budget) {
        throw spent;
      }
    }
  }
}
