package dev.adder.paper.claims;

import java.util.List;

/** The door to the paper's theorems, each as a value that can be checked. */
public final class Claims {

  private Claims() {}

  /** T1: prefix-tuning an S4 layer is choosing its initial state. */
  public static PrefixIsInitialState prefixTuningIsInitialState() {
    return PrefixIsInitialState.standard();
  }

  /** T1b: what a prefix and a prompt are in an S6 layer and in Mamba. */
  public static PrefixInMamba prefixInMambaIsStateAndWindow() {
    return PrefixInMamba.standard();
  }

  /** T2: no prefix trains to a lower loss than the best initial state. */
  public static InitialStateDominates initialStateDominatesPrefix() {
    return InitialStateDominates.standard();
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

  /** T4: the fewest numbers to change so that one S4 channel becomes another. */
  public static FewestEdits fewestEditsOfAChannel() {
    return FewestEdits.standard();
  }

  /** T5: SDT with pruning and LoRA reach any smaller deep S4 model. */
  public static SparseReachesSmaller sparseTuningReachesSmallerModels() {
    return SparseReachesSmaller.standard();
  }

  /** T6 a: what leaves an S6 layer unchanged. */
  public static S6Equivalences equivalentLayers() {
    return S6Equivalences.standard();
  }

  /** T6 b: how a state of an S6 layer is pruned. */
  public static PrunedState zeroedRowPrunesState() {
    return PrunedState.standard();
  }

  /** T6 c: a change of a few scattered entries is far from any change of low rank. */
  public static ScatteredUpdate scatteredUpdateHasHighRank() {
    return ScatteredUpdate.standard();
  }

  /** T6 d: the first 2H values of its kernel determine an S4 channel. */
  public static KernelIdentifies kernelIdentifiesChannel() {
    return KernelIdentifies.standard();
  }

  /** T6 e: a model with LoRA computes the same as one whose weights have it merged in. */
  public static MergedLora mergedLoraIsLora() {
    return MergedLora.standard();
  }

  /** All claims, in the order of their numbers. */
  public static List<Claim<?>> all() {
    return List.of(
        prefixTuningIsInitialState(),
        prefixInMambaIsStateAndWindow(),
        initialStateDominatesPrefix(),
        inputProjectionSelects(),
        spareChannelsSuffice(),
        sharedDynamicsSuffice(),
        inputProjectionAloneFails(),
        fewestEditsOfAChannel(),
        sparseTuningReachesSmallerModels(),
        equivalentLayers(),
        zeroedRowPrunesState(),
        scatteredUpdateHasHighRank(),
        kernelIdentifiesChannel(),
        mergedLoraIsLora());
  }

  /**
   * The claims whose number begins so: "T3" is all of T3.
   *
   * @throws IllegalArgumentException if there is none; the message lists what there is
   */
  public static List<Claim<?>> named(String number) {
    List<Claim<?>> found =
        all().stream().filter(claim -> claim.statement().id().startsWith(number)).toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no claim \"%s\". There are: %s."
              .formatted(number, all().stream().map(claim -> claim.statement().id()).toList()));
    }
    return found;
  }
}
