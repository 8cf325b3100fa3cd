package dev.adder.report;

import dev.adder.data.SequenceTask;
import dev.adder.data.SequenceTask.Sequences;
import java.awt.image.BufferedImage;

/** The pictures behind tasks in which pictures are read as text or as raw sequences. */
public final class Picture {

  private Picture() {}

  /**
   * A picture that is posed as text: numbers from 0 to 255 with a space between, by row, column and
   * channel.
   *
   * @param numbers of a square picture
   * @param channels 1 for grey, 3 for red, green and blue
   * @throws IllegalArgumentException if the numbers are no square picture
   */
  public static BufferedImage of(String numbers, int channels) {
    String[] words = numbers.strip().split("\\s+");
    float[] values = new float[words.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Integer.parseInt(words[i]);
    }
    return draw(values, channels, 0, 255);
  }

  /** A raw sequence, from its least value as black to its largest as white. */
  public static BufferedImage of(SequenceTask task, Sequences sequences, int index) {
    float[] values = sequences.values(index);
    float least = values[0];
    float most = values[0];
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return draw(values, task.channels(), least, Math.max(most, Math.nextUp(least)));
  }

  private static BufferedImage draw(float[] values, int channels, float black, float white) {
    int side = (int) Math.round(Math.sqrt(values.length / (double) channels));
    if ((channels != 1 && channels != 3) || side * side * channels != values.length) {
      throw new IllegalArgumentException(
          "%d numbers with %d channels are no square picture; give side × side × 1 or 3 of them."
              .formatted(values.length, channels));
    }
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      int rgb = 0;
      for (int channel = 0; channel < 3; channel++) {
        float value = values[i * channels + (channels == 1 ? 0 : channel)];
        rgb = rgb << 8 | Math.round(255 * (value - black) / (white - black));
      }
      picture.setRGB(i % side, i / side, rgb);
    }
    return picture;
  }
}
