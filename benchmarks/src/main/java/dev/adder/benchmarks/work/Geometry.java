package dev.adder.benchmarks.work;

import dev.adder.model.MambaConfig;

/** The model sizes that are measured. */
public enum Geometry {
  TINY(MambaConfig.of(256, 64, 4)),
  SMALL(MambaConfig.of(1024, 256, 8)),
  /** The geometry of mamba-130m. */
  M130(MambaConfig.of(50280, 768, 24));

  private final MambaConfig config;

  Geometry(MambaConfig config) {
    this.config = config;
  }

  public MambaConfig config() {
    return config;
  }
}
