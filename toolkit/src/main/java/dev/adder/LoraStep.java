package dev.adder;

import dev.adder.adapter.Lora;
import dev.adder.adapter.PeftMethod;
import dev.adder.adapter.SdLora;
import dev.adder.adapter.Share;
import dev.adder.adapter.Targets;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** LoRA being described, word by word; {@link Placed} once it is said where it goes. */
public final class LoraStep {

  private final PretrainedModel model;
  private final int rank;
  private final @Nullable Double alpha;
  private final double dropout;
  private final UnaryOperator<Lora> variant;

  LoraStep(PretrainedModel model) {
    this(model, 8, null, 0.1, UnaryOperator.identity());
  }

  private LoraStep(
      PretrainedModel model,
      int rank,
      @Nullable Double alpha,
      double dropout,
      UnaryOperator<Lora> variant) {
    this.model = model;
    this.rank = rank;
    this.alpha = alpha;
    this.dropout = dropout;
    this.variant = variant;
  }

  /** The rank r; 8 if not said. */
  public LoraStep rank(int r) {
    return new LoraStep(model, r, alpha, dropout, variant);
  }

  /** The scale is α/r; α is the rank if not said. */
  public LoraStep alpha(double value) {
    return new LoraStep(model, rank, value, dropout, variant);
  }

  /** Share of inputs dropped in training; 0.1 if not said. */
  public LoraStep dropout(double value) {
    return new LoraStep(model, rank, alpha, value, variant);
  }

  /** The scale is α/√r (rsLoRA). */
  public LoraStep rankStabilise() {
    return and(Lora::rankStabilise);
  }

  /** DoRA: directions by LoRA, and a magnitude for every row. */
  public LoraStep dora() {
    return and(Lora::dora);
  }

  /**
   * LoRA+: B learns faster than A.
   *
   * @param ratio of their learning rates, usually 16
   */
  public LoraStep plus(double ratio) {
    return and(lora -> lora.plus(ratio));
  }

  private LoraStep and(UnaryOperator<Lora> next) {
    return new LoraStep(model, rank, alpha, dropout, lora -> next.apply(variant.apply(lora)));
  }

  /** The weights, or parts of weights, in every block: {@code on("in_proj", "x_proj.B")}. */
  public Placed on(String... targets) {
    return on(Targets.of(targets));
  }

  /** The same in some blocks only: {@code on(Targets.of("in_proj").layers(0, 12))}. */
  public Placed on(Targets targets) {
    double scale = alpha == null ? rank : alpha;
    return new Placed(model, variant.apply(new Lora(rank, scale, dropout, targets)));
  }

  /** LoRA with its targets. */
  public static final class Placed {

    private final PretrainedModel model;
    private final Lora lora;

    Placed(PretrainedModel model, Lora lora) {
      this.model = model;
      this.lora = lora;
    }

    /**
     * Trains, beside the LoRA, some channels and states of every SSM.
     *
     * @param channels per block
     * @param states per chosen channel
     */
    public Sparse sdlora(int channels, int states) {
      return sdlora(Share.count(channels), Share.count(states));
    }

    /** The same by shares: {@code sdlora(percent(1), percent(25))}. */
    public Sparse sdlora(Share channels, Share states) {
      return new Sparse(model, new SdLora(lora, channels, states, OptionalInt.empty()));
    }

    /** Another method beside it. */
    public Adaptation and(PeftMethod other) {
      return model.adapt(lora.and(other));
    }

    /** Attaches the LoRA to the model. */
    public Adaptation attach() {
      return model.adapt(lora);
    }

    /** The method as a value. */
    public PeftMethod method() {
      return lora;
    }
  }

  /** SDLoRA. */
  public static final class Sparse {

    private final PretrainedModel model;
    private final SdLora method;

    Sparse(PretrainedModel model, SdLora method) {
      this.model = model;
      this.method = method;
    }

    /** Optimizer steps of the warm-up; half an epoch, at most 500, if not said. */
    public Sparse warmUp(int updates) {
      return new Sparse(
          model,
          new SdLora(method.lora(), method.channels(), method.states(), OptionalInt.of(updates)));
    }

    /** Attaches the method to the model; channels are chosen when training begins. */
    public Adaptation attach() {
      return model.adapt(method);
    }

    /** The method as a value. */
    public PeftMethod method() {
      return method;
    }
  }
}
