package dev.adder.paper.claims;

import dev.adder.paper.Certainty;

/**
 * Where the paper has a claim.
 *
 * @param edition "v1" or "v3"; empty where neither is known to have it
 * @param where section or number, in words
 * @param certainty how this is known
 */
public record Place(String edition, String where, Certainty certainty) {

  /** In one line, with how it is known. */
  public String shown() {
    return (edition.isEmpty() ? "" : edition + ": ") + where + " (" + certainty.word() + ")";
  }
}
