package dev.adder.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Labelled pictures of one size, their pixels as bytes by row, column and channel. */
final class Pictures {

  private static final int CIFAR_SIDE = 32;
  private static final int CIFAR_AREA = CIFAR_SIDE * CIFAR_SIDE;
  static final int LABELS_MAGIC = 0x801;
  static final int IMAGES_MAGIC = 0x803;
  private static final int CLASSES = 10;

  private final byte[][] pixels;
  private final byte[] labels;
  private final int side;
  private final int channels;

  private Pictures(byte[][] pixels, byte[] labels, int side, int channels) {
    this.pixels = pixels;
    this.labels = labels;
    this.side = side;
    this.channels = channels;
  }

  /** CIFAR-10's binary files, one behind the other: a label, then planes of red, green, blue. */
  static Pictures cifar(List<Path> files) throws IOException {
    int record = 1 + 3 * CIFAR_AREA;
    long count = 0;
    for (Path file : files) {
      if (Files.size(file) % record != 0 || Files.size(file) == 0) {
        throw new IOException(
            "%s has %d bytes; a picture of CIFAR-10 has %d. Fetch the file again."
                .formatted(file, Files.size(file), record));
      }
      count += Files.size(file) / record;
    }
    byte[][] pixels = new byte[Math.toIntExact(count)][];
    byte[] labels = new byte[pixels.length];
    int n = 0;
    for (Path file : files) {
      try (DataInputStream in = open(file)) {
        for (long left = Files.size(file) / record; left > 0; left--) {
          labels[n] = label(in.readByte(), file);
          pixels[n++] = interleaved(in.readNBytes(3 * CIFAR_AREA));
        }
      }
    }
    return new Pictures(pixels, labels, CIFAR_SIDE, 3);
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
  }

  private static byte label(byte label, Path file) throws IOException {
    if (label < 0 || label >= CLASSES) {
      throw new IOException("%s has the label %d; expected 0 to 9.".formatted(file, label & 0xff));
    }
    return label;
  }

  private static byte[] interleaved(byte[] planes) {
    byte[] pixels = new byte[planes.length];
    for (int i = 0; i < CIFAR_AREA; i++) {
      for (int channel = 0; channel < 3; channel++) {
        pixels[3 * i + channel] = planes[channel * CIFAR_AREA + i];
      }
    }
    return pixels;
  }

  /** MNIST's two files: pictures, and their labels. */
  static Pictures mnist(Path images, Path labelFile) throws IOException {
    byte[] labels;
    try (DataInputStream in = open(labelFile)) {
      expect(in.readInt() == LABELS_MAGIC, labelFile, "labels");
      labels = in.readNBytes(in.readInt());
    }
    for (byte label : labels) {
      label(label, labelFile);
    }
    try (DataInputStream in = open(images)) {
      expect(in.readInt() == IMAGES_MAGIC, images, "pictures");
      int count = in.readInt();
      int side = in.readInt();
      if (count != labels.length || side != in.readInt() || side < 1) {
        throw new IOException(
            "%s announces %d pictures, %s %d labels; there must be as many, and pictures square."
                .formatted(images, count, labelFile, labels.length));
      }
      byte[][] pixels = new byte[count][side * side];
      for (byte[] picture : pixels) {
        in.readFully(picture);
      }
      return new Pictures(pixels, labels, side, 1);
    } catch (EOFException cut) {
      throw new IOException(images + " ends too early. Fetch the file again.", cut);
    }
  }

  private static void expect(boolean right, Path file, String what) throws IOException {
    if (!right) {
      throw new IOException(file + " does not begin as MNIST's " + what + " do.");
    }
  }

  int size() {
    return pixels.length;
  }

  int side() {
    return side;
  }

  int channels() {
    return channels;
  }

  int label(int picture) {
    return labels[picture];
  }

  /** A value from 0 to 255. */
  int pixel(int picture, int row, int column, int channel) {
    return pixels[picture][(row * side + column) * channels + channel] & 0xff;
  }
}
