package dev.adder.adapter;

import java.util.List;

/** Some declared targets get no gradient, so that training would silently not move them. */
public final class DeadTargetException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  DeadTargetException(List<String> dead) {
    super(
        "%d targets get no gradient and would not be trained: %s. Leave them out of on(…)."
            .formatted(dead.size(), String.join(", ", dead)));
  }
}
