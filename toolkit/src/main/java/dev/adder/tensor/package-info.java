/**
 * What the engine lacks: raw memory, operators with our own gradient, random numbers by key, strict
 * safetensors.
 */
@NullMarked
package dev.adder.tensor;

import org.jspecify.annotations.NullMarked;
