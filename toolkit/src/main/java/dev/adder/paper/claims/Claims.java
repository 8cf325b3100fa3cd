package dev.adder.paper.claims;

import java.util.List;

/** The door to the paper's theorems, each as a value that can be checked. */
public final class Claims {

  private Claims() {}

  /** T1: prefix-tuning an S4 layer is choosing its initial state. */
  public static PrefixIsInitialState prefixTuningIsInitialState() {
    return PrefixIsInitialState.standard();
  }

  /** T3 A: tuning the input projection covers tuning W_B, W_C, W_Δ on the selection path. */
  public static SelectionByInput inputProjectionSelects() {
    return SelectionByInput.standard();
  }

  /** T3 B: the same as wired, at the price of 2H + R channels. */
  public static SpareChannels spareChannelsSuffice() {
    return SpareChannels.standard();
  }

  /** T3 C: the same without spare channels, where all channels have the same dynamics. */
  public static SharedDynamics sharedDynamicsSuffice() {
    return SharedDynamics.standard();
  }

  /** T3 D: the input projection alone does not suffice. */
  public static InputAlone inputProjectionAloneFails() {
    return InputAlone.standard();
  }

  /** All claims, in the order of their numbers. */
  public static List<Claim<?>> all() {
    return List.of(
        prefixTuningIsInitialState(),
        inputProjectionSelects(),
        spareChannelsSuffice(),
        sharedDynamicsSuffice(),
        inputProjectionAloneFails());
  }
}
