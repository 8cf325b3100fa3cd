package dev.adder.data;

import dev.adder.data.QuickTwin.Sizes;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The quick twin of MNIST: digits of a font of 5 × 7 squares instead of people's, in MNIST's own
 * files. Place, slant, brightness and noise are drawn for every picture.
 */
final class QuickMnist {

  static final QuickTwin TWIN =
      new QuickTwin(
          "mnist",
          new Sizes(500, 0, 100),
          "Digits of one font, twice as large, at random places near the middle, upright or"
              + " slanted, in random brightness with noise. As with MNIST, some digits have more ink"
              + " than others. No two pictures are the same.",
          QuickMnist::write);

  static final int SIDE = 28;

  /** Brightness is 0, 17, …, 255, so that few numbers name all pixels. */
  private static final int STEP = 17;

  private static final int SCALE = 2;
  private static final int ROWS = 7;
  private static final int COLUMNS = 5;

  /** Of all digits, row by row. */
  private static final List<String> FONT =
      List.of(
          ".###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###.",
          "#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...#",
          "#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...#",
          "#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .####",
          "##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....#",
          "#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#.",
          ".###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..");

  private QuickMnist() {}

  /** Writes pictures and labels of training and test. */
  private static void write(Path folder, Sizes sizes, long seed) throws IOException {
    Random random = SeededRandom.of(seed, 0);
    write(folder, "train", sizes.training(), random);
    write(folder, "t10k", sizes.test(), random);
  }

  private static void write(Path folder, String split, int count, Random random)
      throws IOException {
    List<Integer> digits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      digits.add(i % 10);
    }
    Collections.shuffle(digits, random);
    try (DataOutputStream images = open(folder.resolve(split + "-images-idx3-ubyte"));
        DataOutputStream labels = open(folder.resolve(split + "-labels-idx1-ubyte"))) {
      for (int header : new int[] {Pictures.IMAGES_MAGIC, count, SIDE, SIDE}) {
        images.writeInt(header);
      }
      labels.writeInt(Pictures.LABELS_MAGIC);
      labels.writeInt(count);
      for (int digit : digits) {
        images.write(picture(digit, random));
        labels.writeByte(digit);
      }
    }
  }

  private static DataOutputStream open(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
  }

  /** A picture, row by row. */
  private static byte[] picture(int digit, Random random) {
    int top = (SIDE - SCALE * ROWS) / 2 + random.nextInt(5) - 2;
    int left = (SIDE - SCALE * COLUMNS) / 2 + random.nextInt(5) - 2;
    int slant = random.nextInt(3) - 1;
    int brightness = 10 + random.nextInt(5);
    byte[] picture = new byte[SIDE * SIDE];
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        int y = Math.floorDiv(row - top, SCALE);
        int x = Math.floorDiv(column - left - slant * (ROWS / 2 - y) / 2, SCALE);
        int level = ink(digit, y, x) ? brightness + random.nextInt(3) - 1 : dust(random);
        picture[row * SIDE + column] = (byte) (STEP * level);
      }
    }
    return picture;
  }

  private static boolean ink(int digit, int y, int x) {
    return y >= 0
        && y < ROWS
        && x >= 0
        && x < COLUMNS
        && FONT.get(y).charAt(digit * (COLUMNS + 1) + x) == '#';
  }

  private static int dust(Random random) {
    return random.nextInt(20) == 0 ? 1 + random.nextInt(3) : 0;
  }
}
