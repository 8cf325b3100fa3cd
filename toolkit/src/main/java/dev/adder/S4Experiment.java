package dev.adder;

import ai.djl.ndarray.NDManager;
import dev.adder.model.DeepS4;
import dev.adder.training.Objective;
import java.util.function.Function;

/**
 * What a method is attached to, and what it is trained for.
 *
 * @param frozen the model that is adapted
 * @param manager owner of its tensors
 * @param objective of the model with its updates
 */
record S4Experiment(DeepS4 frozen, NDManager manager, Function<DeepS4, Objective> objective) {}
