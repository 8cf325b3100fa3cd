package dev.adder.adapter;

import java.util.Locale;

/** What the channels and states of an S4 layer are ranked by. */
public enum S4Ranking {
  /**
   * The released code's rule. States are kept by their part of the impulse response, |C (e^{ΔA} −
   * 1)/A|, and trained by the change of A, both behind a warm-up; a channel counts as the norm of
   * its states. The released code takes Re A + Im A, a real number, for A, and for the change of Re
   * A the sum of old and new; so does this.
   *
   * <p>Its synthetic script also multiplies the part by e^{ΔA·⌊l/2⌋}, which is left out here as in
   * its script for images; it acts only where something is pruned.
   */
  RELEASED {
    @Override
    S4Scores scores(S4Warmed layer) {
      return magnitude(layer, true);
    }
  },

  /** The same with A as the complex number it is, and the change of Re A as a difference. */
  MAGNITUDE {
    @Override
    S4Scores scores(S4Warmed layer) {
      return magnitude(layer, false);
    }
  },

  /**
   * The gradients of the first batches: of A and C at a state; for a channel, of A and C at all its
   * states and of its column of the linear layer.
   */
  GRADIENT {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.GRADIENT;
    }

    @Override
    S4Scores scores(S4Warmed layer) {
      double[] ofA = layer.gradient("log_A_real");
      double[] ofImaginary = layer.gradient("A_imag");
      double[] ofC = layer.gradient("C");
      double[] ofLinear = layer.gradient("linear");
      int d = layer.channels();
      double[][] ofStates = new double[d][layer.states()];
      for (int i = 0; i < ofA.length; i++) {
        double square = ofA[i] * ofA[i] + ofImaginary[i] * ofImaginary[i] + layer.squareOfC(ofC, i);
        ofStates[i / layer.states()][i % layer.states()] = Math.sqrt(square);
      }
      double[] ofChannels = S4Scores.Of.states(ofStates).ofChannels();
      for (int c = 0; c < d; c++) {
        double column = 0;
        for (int row = 0; row < ofLinear.length / d; row++) {
          column += ofLinear[row * d + c] * ofLinear[row * d + c];
        }
        ofChannels[c] = Math.hypot(ofChannels[c], Math.sqrt(column));
      }
      return S4Scores.both(new S4Scores.Of(ofChannels, ofStates));
    }
  },

  /**
   * What the loss on the first batch rises by with C = 0 at a channel, and at a state of the best
   * channels. One forward pass for each. In the released code the choice of what is trained is made
   * before there is anything to train, and so by chance; here it is by the same rise.
   */
  LOSS {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.NONE;
    }

    @Override
    S4Scores scores(S4Warmed layer) {
      return S4Scores.both(layer.lossWithout());
    }
  },

  /** At random: the control. */
  RANDOM {
    @Override
    WarmUp.Kind kind() {
      return WarmUp.Kind.NONE;
    }

    @Override
    S4Scores scores(S4Warmed layer) {
      double[][] ofStates = new double[layer.channels()][layer.states()];
      for (int c = 0; c < ofStates.length; c++) {
        for (int n = 0; n < ofStates[c].length; n++) {
          ofStates[c][n] = layer.random().uniform((long) c * layer.states() + n);
        }
      }
      return S4Scores.both(S4Scores.Of.states(ofStates));
    }
  };

  WarmUp.Kind kind() {
    return WarmUp.Kind.TRAINING;
  }

  abstract S4Scores scores(S4Warmed layer);

  /** The ranking in a word, as in {@code by gradient}. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static S4Scores magnitude(S4Warmed layer, boolean asReleased) {
    double[] step = layer.after("log_dt");
    double[] newA = layer.after("log_A_real");
    double[] newImaginary = layer.after("A_imag");
    double[] oldA = layer.before("log_A_real");
    double[] oldImaginary = layer.before("A_imag");
    double[] c = layer.after("C");
    double[][] keep = new double[layer.channels()][layer.states()];
    double[][] update = new double[layer.channels()][layer.states()];
    for (int i = 0; i < newA.length; i++) {
      int channel = i / layer.states();
      double re = -Math.exp(newA[i]);
      double reBefore = -Math.exp(oldA[i]);
      double drive =
          asReleased
              ? drive(re + newImaginary[i], 0, Math.exp(step[channel]))
              : drive(re, newImaginary[i], Math.exp(step[channel]));
      keep[channel][i % layer.states()] = Math.sqrt(layer.squareOfC(c, i)) * drive;
      update[channel][i % layer.states()] =
          Math.hypot(asReleased ? re + reBefore : re - reBefore, newImaginary[i] - oldImaginary[i]);
    }
    return new S4Scores(S4Scores.Of.states(keep), S4Scores.Of.states(update));
  }

  /** |(e^{ΔA} − 1) / A|. */
  private static double drive(double re, double im, double step) {
    double size = Math.hypot(re, im);
    if (size == 0) {
      return step;
    }
    // |e^z − 1|² = (e^x − 1)² + 4 e^x sin²(y/2).
    double growth = Math.expm1(step * re);
    double half = Math.sin(step * im / 2);
    return Math.sqrt(growth * growth + 4 * (growth + 1) * half * half) / size;
  }
}
