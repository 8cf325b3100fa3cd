package dev.adder.data;

import java.util.List;
import java.util.Random;

/**
 * Pictures of ten patterns in CIFAR-10's size, 32 × 32 × 3, in random colours, at random places and
 * a little noisy. No colour, and no count of light and dark pixels, tells the pattern.
 */
final class QuickImages {

  static final int SIDE = 32;

  /** Levels of a colour channel are 0, 17, …, 255, so that few numbers name all pixels. */
  private static final int STEP = 17;

  private static final int LEVELS = 16;

  /** Patterns, one for each of CIFAR-10's ten classes. */
  static final List<String> PATTERNS =
      List.of(
          "wide rows",
          "narrow rows",
          "wide columns",
          "narrow columns",
          "falling stripes",
          "rising stripes",
          "squares",
          "dots",
          "rings",
          "rays");

  private QuickImages() {}

  /** Whether the point is in front, for a pattern moved by (dx, dy). */
  private static boolean front(int pattern, int row, int column, int dx, int dy) {
    int y = row + dy;
    int x = column + dx;
    int fromCentreY = row - SIDE / 2 - dy % 3;
    int fromCentreX = column - SIDE / 2 - dx % 3;
    double radius = Math.sqrt(fromCentreX * fromCentreX + fromCentreY * fromCentreY);
    return switch (pattern) {
      case 0 -> y / 4 % 2 == 0;
      case 1 -> y % 2 == 0;
      case 2 -> x / 4 % 2 == 0;
      case 3 -> x % 2 == 0;
      case 4 -> (x + y) / 3 % 2 == 0;
      case 5 -> (x - y + 2 * SIDE) / 3 % 2 == 0;
      case 6 -> (x / 4 + y / 4) % 2 == 0;
      case 7 -> (x % 4 < 3) == (y % 4 < 3);
      case 8 -> (int) (radius + dx) / 3 % 2 == 0;
      default -> (fromCentreX > 0) == (fromCentreY > 0);
    };
  }

  /**
   * A picture.
   *
   * @return channel by channel, row by row: 3 · 32 · 32 values from 0 to 255, as CIFAR-10 stores it
   */
  static byte[] picture(int pattern, Random random) {
    int[] front = colour(random);
    int[] back = colour(random);
    while (distance(front, back) < 12) {
      back = colour(random);
    }
    int dx = random.nextInt(8);
    int dy = random.nextInt(8);
    byte[] picture = new byte[3 * SIDE * SIDE];
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        boolean noisy = random.nextInt(16) == 0;
        int[] colour = front(pattern, row, column, dx, dy) != noisy ? front : back;
        for (int channel = 0; channel < 3; channel++) {
          picture[(channel * SIDE + row) * SIDE + column] = (byte) (STEP * colour[channel]);
        }
      }
    }
    return picture;
  }

  /** The first two rows of a picture's middle as numbers, in the order of its text. */
  static String text(Random random) {
    byte[] picture = picture(random.nextInt(PATTERNS.size()), random);
    StringBuilder text = new StringBuilder();
    int from = (SIDE - PixelText.CIFAR_CROP) / 2;
    for (int row = from; row < from + 2; row++) {
      for (int column = from; column < from + PixelText.CIFAR_CROP; column++) {
        for (int channel = 0; channel < 3; channel++) {
          text.append(text.isEmpty() ? "" : " ");
          text.append(picture[(channel * SIDE + row) * SIDE + column] & 0xff);
        }
      }
    }
    return text.toString();
  }

  private static int[] colour(Random random) {
    return new int[] {random.nextInt(LEVELS), random.nextInt(LEVELS), random.nextInt(LEVELS)};
  }

  private static int distance(int[] one, int[] other) {
    int sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.abs(one[i] - other[i]);
    }
    return sum;
  }
}
