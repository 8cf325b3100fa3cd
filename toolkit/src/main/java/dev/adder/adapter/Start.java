package dev.adder.adapter;

import dev.adder.model.WeightSlot;
import dev.adder.tensor.KeyedRandom;

/** Random numbers that a trained tensor starts from. */
enum Start {
  /** Normal with deviation 1. */
  NORMAL {
    @Override
    void fill(float[] values, long fanIn, KeyedRandom random) {
      random.fillNormal(values, 1);
    }
  },
  /** Uniform in ±1/√(fan-in), as a linear layer starts (Kaiming with a = √5). */
  LINEAR {
    @Override
    void fill(float[] values, long fanIn, KeyedRandom random) {
      float bound = (float) (1 / Math.sqrt((double) fanIn));
      random.fillUniform(values, -bound, bound);
    }
  };

  abstract void fill(float[] values, long fanIn, KeyedRandom random);

  /** Initial values for a place; its last axis is the fan-in. */
  float[] values(WeightSlot slot, KeyedRandom random) {
    float[] values = new float[Math.toIntExact(slot.size())];
    fill(values, slot.shape().get(slot.shape().size() - 1), random);
    return values;
  }
}
