package dev.adder.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pictures as text: the values of the middle's pixels, by row, column and channel, as numbers with
 * a space between; one token each. The class is answered by its digit, the most probable of the
 * digits.
 */
final class PixelText {

  static final List<String> CIFAR_CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  static final List<Piece> CIFAR_PIECES = cifarPieces();

  static final List<Piece> MNIST_PIECES =
      List.of(
          mnistPiece("train images", "train-images", "idx3"),
          mnistPiece("train labels", "train-labels", "idx1"),
          mnistPiece("test images", "t10k-images", "idx3"),
          mnistPiece("test labels", "t10k-labels", "idx1"));

  static final int CIFAR_CROP = 24;
  private static final int MNIST_CROP = 18;
  private static final int SEED = 123;

  private PixelText() {}

  private static List<Piece> cifarPieces() {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      pieces.add(cifarPiece("train " + i, "data_batch_" + i + ".bin"));
    }
    pieces.add(cifarPiece("test", "test_batch.bin"));
    return List.copyOf(pieces);
  }

  private static Piece cifarPiece(String key, String name) {
    return Piece.of(key, "cifar-10-batches-bin/" + name, name);
  }

  private static Piece mnistPiece(String key, String name, String kind) {
    return Piece.of(
        key,
        name + "-" + kind + "-ubyte",
        "raw/" + name + "-" + kind + "-ubyte",
        name + "." + kind + "-ubyte");
  }

  /** The official training pictures of CIFAR-10. */
  static Pictures cifarTraining(Shipped files) throws IOException {
    List<Path> batches = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      batches.add(files.get("train " + i));
    }
    return Pictures.cifar(batches);
  }

  static String cifarInstruction() {
    return "Decide if the following image shows a "
        + IntStream.range(0, CIFAR_CLASSES.size())
            .mapToObj(i -> "%s (%d)".formatted(CIFAR_CLASSES.get(i), i))
            .collect(Collectors.joining(", "))
        + ": ";
  }

  /** CIFAR-10: of the shuffled training pictures the last fifth is validation. */
  static Posed cifar(Shipped files, Form form) throws IOException {
    Pictures training = cifarTraining(files);
    int[] order = MersenneTwister.pythonShuffle(SEED, training.size());
    int kept = training.size() * 4 / 5;
    return posed(
        cifarInstruction(),
        CIFAR_CLASSES,
        examples(training, Arrays.copyOf(order, kept), CIFAR_CROP),
        examples(training, Arrays.copyOfRange(order, kept, order.length), CIFAR_CROP),
        examples(Pictures.cifar(List.of(files.get("test"))), CIFAR_CROP));
  }

  /** MNIST, split as CIFAR-10 is. */
  static Posed mnist(Shipped files, Form form) throws IOException {
    Pictures training = Pictures.mnist(files.get("train images"), files.get("train labels"));
    int[] order = MersenneTwister.pythonShuffle(SEED, training.size());
    int kept = training.size() * 4 / 5;
    Pictures test = Pictures.mnist(files.get("test images"), files.get("test labels"));
    return posed(
        "What digit is the following image? ",
        IntStream.range(0, 10).mapToObj(String::valueOf).toList(),
        examples(training, Arrays.copyOf(order, kept), MNIST_CROP),
        examples(training, Arrays.copyOfRange(order, kept, order.length), MNIST_CROP),
        examples(test, MNIST_CROP));
  }

  private static Posed posed(
      String instruction,
      List<String> classes,
      List<Example> train,
      List<Example> validation,
      List<Example> test) {
    return new Posed(
        new Template(instruction, false),
        Answer.Choice.digits(classes, false),
        Optional.empty(),
        List.of("accuracy"),
        new Splits(train, validation, test));
  }

  private static List<Example> examples(Pictures pictures, int crop) {
    return examples(pictures, IntStream.range(0, pictures.size()).toArray(), crop);
  }

  private static List<Example> examples(Pictures pictures, int[] which, int crop) {
    return new LazyExamples(
        which,
        picture ->
            new Example(text(pictures, picture, crop), String.valueOf(pictures.label(picture))));
  }

  private static String text(Pictures pictures, int picture, int crop) {
    int from = (pictures.side() - crop) / 2;
    StringBuilder text = new StringBuilder(crop * crop * pictures.channels() * 4);
    for (int row = from; row < from + crop; row++) {
      for (int column = from; column < from + crop; column++) {
        for (int channel = 0; channel < pictures.channels(); channel++) {
          text.append(text.isEmpty() ? "" : " ");
          text.append(pictures.pixel(picture, row, column, channel));
        }
      }
    }
    return text.toString();
  }
}
