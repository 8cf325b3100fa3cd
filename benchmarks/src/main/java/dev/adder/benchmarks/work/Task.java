package dev.adder.benchmarks.work;

/**
 * What a worker is to do, in the words that workers of every language read.
 *
 * @param kind train, prefill, decode, scan or limits
 * @param variant of train: full, lora, sdlora or same-size; of scan: forward or both
 * @param batch sequences at once
 * @param length tokens per sequence; of decode, tokens to make
 * @param folder the model in the Hugging Face layout, empty where none is needed
 * @param peer which implementation
 */
public record Task(
    String kind, String variant, int batch, int length, String folder, String peer) {}
