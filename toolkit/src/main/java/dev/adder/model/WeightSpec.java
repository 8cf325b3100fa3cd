package dev.adder.model;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * What is known of a weight without its values: its names, its shape and what its axes mean.
 *
 * @param name as in the checkpoint, such as {@code backbone.layers.0.mixer.in_proj.weight}
 * @param target the word users say for it, such as {@code in_proj} or {@code dt_proj.bias}
 * @param layer index of its block, from 0; -1 outside of the blocks
 * @param kind how it acts
 * @param shape of the tensor
 * @param parts named ranges of rows, in order, covering all rows; empty if it has none
 */
public record WeightSpec(
    String name, String target, int layer, Kind kind, List<Long> shape, List<Part> parts) {

  /** How a weight acts on what passes through. */
  public enum Kind {
    /** y = x Wᵀ; shape (out, in). */
    PROJECTION,
    /** Rows looked up by token id, and the output head if tied; shape (vocabulary, width). */
    EMBEDDING,
    /** Depthwise causal convolution; shape (channel, 1, width). */
    CONVOLUTION,
    /** log(−A) of the state matrix, or of its real part; shape (channel, state). */
    STATE_MATRIX,
    /**
     * One number for each channel and state beside the state matrix: the imaginary part of A, or B
     * and C of S4; shape (channel, state), or (channel, state, 2) if complex.
     */
    STATE,
    /** One number per channel: D, norms, biases. */
    VECTOR,
    /** Absent from every checkpoint; a method may fill it ({@link OpenPlaces}). */
    OPEN
  }

  /**
   * A named range of rows, such as the x half of {@code in_proj}.
   *
   * @param name x, z, dt, B or C
   * @param from first row
   * @param to row behind the last
   */
  public record Part(String name, long from, long to) {}

  public WeightSpec {
    shape = List.copyOf(shape);
    parts = List.copyOf(parts);
  }

  /** Whether no checkpoint has it. */
  public boolean isOpen() {
    return kind == Kind.OPEN;
  }

  /** The same of another shape. */
  WeightSpec shaped(Shape other) {
    List<Long> axes = Arrays.stream(other.getShape()).boxed().toList();
    return new WeightSpec(name, target, layer, kind, axes, parts);
  }

  /** Number of elements. */
  public long size() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** The whole weight as a place for an update. */
  public WeightSlot whole() {
    return new WeightSlot(this, "");
  }

  /** One part as a place for an update. */
  public WeightSlot part(String part) {
    return new WeightSlot(this, part);
  }
}
