package dev.adder.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The quick twin of CIFAR-10: ten patterns instead of ten kinds of things, in CIFAR-10's binary
 * files. Colours, places and noise are drawn for every picture, so no two are the same.
 */
final class QuickCifar {

  private static final int TRAINING_FILES = 5;

  private QuickCifar() {}

  /**
   * Writes the five training files and the test file.
   *
   * @param official training pictures, a multiple of 50: as many of each class in every file
   * @param test test pictures, a multiple of 10
   */
  static void write(Path folder, int official, int test, long seed) throws IOException {
    int classes = QuickImages.PATTERNS.size();
    if (official % (TRAINING_FILES * classes) != 0 || test % classes != 0) {
      throw new IllegalArgumentException(
          "%d training and %d test pictures are asked for; give multiples of %d and %d."
              .formatted(official, test, TRAINING_FILES * classes, classes));
    }
    Random random = new Random(seed);
    write(folder.resolve("test_batch.bin"), test, random);
    for (int i = 1; i <= TRAINING_FILES; i++) {
      write(folder.resolve("data_batch_" + i + ".bin"), official / TRAINING_FILES, random);
    }
  }

  private static void write(Path file, int count, Random random) throws IOException {
    List<Integer> patterns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      patterns.add(i % QuickImages.PATTERNS.size());
    }
    Collections.shuffle(patterns, random);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int pattern : patterns) {
        out.write(pattern);
        out.write(QuickImages.picture(pattern, random));
      }
    }
  }
}
