package dev.adder.model;

/**
 * The geometry of a Mamba-1 language model, in the words of its {@code config.json}.
 *
 * @param vocabSize rows of the embedding, padding included
 * @param dModel width of the residual stream ({@code hidden_size})
 * @param layers number of blocks ({@code num_hidden_layers})
 * @param dInner channels of the SSM ({@code intermediate_size})
 * @param dState states per channel ({@code state_size})
 * @param dConv width of the causal convolution ({@code conv_kernel})
 * @param dtRank rank of the step-size projection ({@code time_step_rank})
 * @param epsilon of the RMS norms ({@code layer_norm_epsilon})
 * @param tiedEmbeddings whether the output head is the embedding ({@code tie_word_embeddings})
 */
public record MambaConfig(
    int vocabSize,
    int dModel,
    int layers,
    int dInner,
    int dState,
    int dConv,
    int dtRank,
    double epsilon,
    boolean tiedEmbeddings) {

  public MambaConfig {
    requirePositive("vocab_size", vocabSize);
    requirePositive("hidden_size", dModel);
    requirePositive("num_hidden_layers", layers);
    requirePositive("intermediate_size", dInner);
    requirePositive("state_size", dState);
    requirePositive("conv_kernel", dConv);
    requirePositive("time_step_rank", dtRank);
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException(
          "layer_norm_epsilon is " + epsilon + "; it must be positive, usually 1e-5.");
    }
  }

  /** The usual Mamba of this width: 16 states, convolution over 4, twice the width inside. */
  public static MambaConfig of(int vocabSize, int dModel, int layers) {
    return new MambaConfig(
        vocabSize, dModel, layers, 2 * dModel, 16, 4, (dModel + 15) / 16, 1e-5, true);
  }

  /** The same geometry with other states per channel and another head. */
  MambaConfig with(int states, boolean tied) {
    return new MambaConfig(vocabSize, dModel, layers, dInner, states, dConv, dtRank, epsilon, tied);
  }

  /**
   * The geometry of a published checkpoint.
   *
   * @param name 130m, 370m, 790m, 1.4b or 2.8b
   */
  public static MambaConfig published(String name) {
    return switch (name) {
      case "130m" -> of(50280, 768, 24);
      case "370m" -> of(50280, 1024, 48);
      case "790m" -> of(50280, 1536, 48);
      case "1.4b" -> of(50280, 2048, 48);
      case "2.8b" -> of(50280, 2560, 64);
      default ->
          throw new IllegalArgumentException(
              "No published Mamba is called \""
                  + name
                  + "\". There are: 130m, 370m, 790m, 1.4b, 2.8b.");
    };
  }

  private static void requirePositive(String key, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(key + " is " + value + "; it must be at least 1.");
    }
  }
}
