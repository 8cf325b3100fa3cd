package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {

  @TempDir private Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return file(json.length, json, dataBytes);
  }

  private Path file(long length, byte[] header, int dataBytes) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(header);
    Path file = folder.resolve("given.safetensors");
    Files.write(file, bytes.array());
    return file;
  }

  private static String tensor(String name, String dtype, String shape, int from, int to) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, from, to);
  }

  static Stream<Arguments> malformed() {
    String a = tensor("a", "F32", "[2]", 0, 8);
    return Stream.of(
        Arguments.of("{" + a + "," + a + "}", 8, "Duplicate"),
        Arguments.of("{" + a + "," + tensor("b", "F32", "[1]", 12, 16) + "}", 16, "a hole"),
        Arguments.of("{" + a + "," + tensor("b", "F32", "[1]", 4, 8) + "}", 8, "overlap"),
        Arguments.of("{" + tensor("a", "F32", "[2]", 4, 12) + "}", 12, "a hole"),
        Arguments.of("{" + a + "}", 4, "cut off"),
        Arguments.of("{" + a + "}", 12, "4 bytes behind"),
        Arguments.of("{" + tensor("a", "F31", "[2]", 0, 8) + "}", 8, "dtype"),
        Arguments.of("{" + tensor("a", "F32", "[3]", 0, 8) + "}", 8, "takes 12 bytes"),
        Arguments.of("{" + tensor("a", "F32", "[-2]", 0, 8) + "}", 8, "whole number"),
        Arguments.of("{" + tensor("a", "F32", "[1.5]", 0, 8) + "}", 8, "whole number"),
        Arguments.of(
            "{" + tensor("a", "F32", "[4611686018427387904,4]", 0, 8) + "}", 8, "overflows"),
        Arguments.of("{" + tensor("a", "F32", "2", 0, 8) + "}", 8, "no shape"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\"}}", 0, "expected dtype, shape"),
        Arguments.of("{\"a\":3}", 0, "expected dtype, shape"),
        Arguments.of("{\"__metadata__\":{\"x\":1}}", 0, "no string"),
        Arguments.of("{\"__metadata__\":3}", 0, "no object of strings"),
        Arguments.of("[]", 0, "does not start with {"),
        Arguments.of("{\"a\":", 0, "malformed"),
        Arguments.of("{}{}", 0, "malformed"),
        Arguments.of("{\"a\":" + "[".repeat(30) + "]".repeat(30) + "}", 0, "malformed"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void a_malformed_header_is_refused_with_its_reason(String header, int data, String reason)
      throws IOException {
    Path file = file(header, data);
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("given.safetensors")
        .hasMessageContaining(reason);
  }

  @Test
  void a_header_of_impossible_length_is_refused() throws IOException {
    for (long length : new long[] {-1, 0, 1L << 40, 200}) {
      Path file = file(length, "{}".getBytes(StandardCharsets.UTF_8), 0);
      assertThatThrownBy(() -> Safetensors.open(file).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("header has");
    }
  }

  @Test
  void a_header_that_is_not_utf8_is_refused() throws IOException {
    Path file = file(3, new byte[] {'{', (byte) 0xC3, '}'}, 0);
    assertThatThrownBy(() -> Safetensors.open(file).close()).hasMessageContaining("not UTF-8");
  }

  @Test
  void a_file_of_a_few_bytes_is_refused() throws IOException {
    Path file = folder.resolve("short.safetensors");
    Files.write(file, new byte[3]);
    assertThatThrownBy(() -> Safetensors.open(file).close()).hasMessageContaining("3 bytes");
  }

  @Test
  void what_is_written_is_read_again_and_the_same_tensors_give_the_same_bytes() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      NDArray floats = manager.create(new float[] {1, -2.5f, Float.NaN, 4}, new Shape(2, 2));
      NDArray longs = manager.create(new long[] {7, -8});
      NDArray empty = manager.create(new Shape(0, 3));
      Path one = folder.resolve("one.safetensors");
      Path two = folder.resolve("two.safetensors");
      Safetensors.write(one, Map.of("f", floats, "l", longs, "e", empty), Map.of("format", "pt"));
      Safetensors.write(two, Map.of("e", empty, "l", longs, "f", floats), Map.of("format", "pt"));
      assertThat(Files.readAllBytes(one)).isEqualTo(Files.readAllBytes(two));
      assertThat(folder).isDirectoryNotContaining("glob:**.part");
      try (Safetensors file = Safetensors.open(one)) {
        assertThat(file.names()).containsExactly("e", "f", "l");
        assertThat(file.metadata()).containsEntry("format", "pt");
        assertThat(file.read("f", manager).toFloatArray()).containsExactly(1, -2.5f, Float.NaN, 4);
        assertThat(file.read("l", manager).toLongArray()).containsExactly(7, -8);
        assertThat(file.read("e", manager).getShape()).isEqualTo(new Shape(0, 3));
        assertThatThrownBy(() -> file.entry("g")).hasMessageContaining("no tensor g");
      }
    }
  }

  @Test
  void half_precision_becomes_float32() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort((short) 0x3C00).putShort((short) 0xC100).putShort((short) 0x0001);
    bytes.putShort((short) 0x3F80).putShort((short) 0xC020).putShort((short) 0x7F80);
    String header =
        "{" + tensor("h", "F16", "[3]", 0, 6) + "," + tensor("b", "BF16", "[3]", 6, 12) + "}";
    Path file = file(header, 12);
    byte[] all = Files.readAllBytes(file);
    System.arraycopy(bytes.array(), 0, all, all.length - 12, 12);
    Files.write(file, all);
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        Safetensors tensors = Safetensors.open(file)) {
      assertThat(tensors.read("h", manager).toFloatArray()).containsExactly(1, -2.5f, 0x1p-24f);
      assertThat(tensors.read("b", manager).toFloatArray())
          .containsExactly(1, -2.5f, Float.POSITIVE_INFINITY);
    }
  }
}
