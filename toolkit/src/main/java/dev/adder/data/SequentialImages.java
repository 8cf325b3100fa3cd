package dev.adder.data;

import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.SequenceTask.Sequences;
import dev.adder.data.files.DataHome;
import dev.adder.data.files.FetchListener;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Pictures as raw sequences, pixel by pixel, for a deep S4: MNIST, and CIFAR-10 in grey or in
 * colour. Of the official training pictures a tenth is validation.
 */
public enum SequentialImages {
  /** Pixels from 0 to 1; 784 steps of one number. */
  MNIST("mnist", "MNIST", 1, new DataSet.Sizes(54000, 6000, 10000)),
  /** Luminance less its mean, by its deviation; 1,024 steps of one number. */
  CIFAR_GREY("cifar", "CIFAR-10, grey", 1, new DataSet.Sizes(45000, 5000, 10000)),
  /** Colours less their means, by their deviations; 1,024 steps of three numbers. */
  CIFAR_COLOUR("cifar", "CIFAR-10", 3, new DataSet.Sizes(45000, 5000, 10000));

  private static final int SEED = 42;
  private static final float[] MEAN = {0.4914f, 0.4822f, 0.4465f};
  private static final float[] DEVIATION = {0.2023f, 0.1994f, 0.2010f};
  private static final float GREY_MEAN = 122.6f / 255;
  private static final float GREY_DEVIATION = 61f / 255;

  private final String dataSet;
  private final String title;
  private final int channels;
  private final DataSet.Sizes sizes;

  SequentialImages(String dataSet, String title, int channels, DataSet.Sizes sizes) {
    this.sizes = sizes;
    this.dataSet = dataSet;
    this.title = title;
    this.channels = channels;
  }

  /** The data set whose pictures they are. */
  public DataSet dataSet() {
    return DataSets.named(dataSet);
  }

  /** Such as "sequential-mnist". */
  public String taskName() {
    return "sequential-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What it is, in words. */
  public String title() {
    return title + ", raw sequences";
  }

  /** Numbers of real sequences. */
  public DataSet.Sizes sizes() {
    return sizes;
  }

  /** The task, from wherever its files are; fetched if need be. */
  public SequenceTask load() throws IOException {
    return load(DataHome.standard(), FetchListener.NONE);
  }

  /** The same from a place of yours. */
  public SequenceTask load(DataHome home, FetchListener listener) throws IOException {
    DataSet.Found found = dataSet().find(home, listener);
    return task(found.files(), found.origin());
  }

  /** Generated pictures in the same files, from the data set's quick twin; no network is needed. */
  public SequenceTask quick() {
    return quick(new Sizes(1000, 0, 200), QuickTwin.SEED);
  }

  /**
   * The same in other numbers.
   *
   * @param sizes training pictures, of which a tenth is validation, and test pictures; for CIFAR-10
   *     multiples of 50 and 10
   * @param seed of the pictures
   */
  public SequenceTask quick(Sizes sizes, long seed) {
    QuickTwin twin = QuickTwin.named(dataSet);
    return twin.inFiles(
        sizes,
        seed,
        folder -> {
          SequenceTask read = task(twin.dataSet().shipped(folder), twin.origin(seed));
          return read.as("quick-" + read.name(), read.origin());
        });
  }

  SequenceTask task(Shipped files, Origin origin) throws IOException {
    boolean digits = this == MNIST;
    Pictures training =
        digits
            ? Pictures.mnist(files.get("train images"), files.get("train labels"))
            : PixelText.cifarTraining(files);
    Pictures test =
        digits
            ? Pictures.mnist(files.get("test images"), files.get("test labels"))
            : Pictures.cifar(List.of(files.get("test")));
    int[] order = MersenneTwister.torchPermutation(SEED, training.size());
    int kept = training.size() * 9 / 10;
    return new SequenceTask(
        taskName(),
        training.side() * training.side(),
        channels,
        digits
            ? IntStream.range(0, 10).mapToObj(String::valueOf).toList()
            : PixelText.CIFAR_CLASSES,
        sequences(training, Arrays.copyOf(order, kept)),
        sequences(training, Arrays.copyOfRange(order, kept, order.length)),
        sequences(test, IntStream.range(0, test.size()).toArray()),
        new Origin(
            title() + (origin.generated() ? ", quick twin" : ""),
            origin.made(),
            origin.generated(),
            origin.licence(),
            origin.citation()));
  }

  private Sequences sequences(Pictures pictures, int[] which) {
    return new Sequences() {
      @Override
      public int size() {
        return which.length;
      }

      @Override
      public float[] values(int index) {
        return sequence(pictures, which[index]);
      }

      @Override
      public int label(int index) {
        return pictures.label(which[index]);
      }
    };
  }

  private float[] sequence(Pictures pictures, int picture) {
    int side = pictures.side();
    float[] values = new float[side * side * channels];
    int i = 0;
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        for (int channel = 0; channel < channels; channel++) {
          values[i++] = value(pictures, picture, row, column, channel);
        }
      }
    }
    return values;
  }

  private float value(Pictures pictures, int picture, int row, int column, int channel) {
    return switch (this) {
      case MNIST -> pictures.pixel(picture, row, column, 0) / 255f;
      case CIFAR_GREY ->
          (luminance(pictures, picture, row, column) / 255f - GREY_MEAN) / GREY_DEVIATION;
      case CIFAR_COLOUR ->
          (pictures.pixel(picture, row, column, channel) / 255f - MEAN[channel])
              / DEVIATION[channel];
    };
  }

  /** ITU-R 601 luma in 16-bit fixed point, rounded, as the imaging library of the release does. */
  private static int luminance(Pictures pictures, int picture, int row, int column) {
    int red = pictures.pixel(picture, row, column, 0);
    int green = pictures.pixel(picture, row, column, 1);
    int blue = pictures.pixel(picture, row, column, 2);
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
}
