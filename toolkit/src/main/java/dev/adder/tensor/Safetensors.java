package dev.adder.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A safetensors file, read strictly and written deterministically.
 *
 * <p>The format: 8 bytes header length (little-endian), a JSON header of {@code name → dtype,
 * shape, data_offsets} and an optional {@code __metadata__} of strings, then the data without holes
 * or overlaps. Whatever deviates is an error that names the file, the tensor, and what was
 * expected.
 */
public final class Safetensors implements AutoCloseable {

  private static final int LONGEST_HEADER = 100_000_000;
  private static final String METADATA = "__metadata__";
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxStringLength(LONGEST_HEADER)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Element types and their widths in bytes. */
  private static final Map<String, Integer> WIDTHS =
      Map.of(
          "F64", 8, "F32", 4, "F16", 2, "BF16", 2, "I64", 8, "I32", 4, "I16", 2, "I8", 1, "U8", 1,
          "BOOL", 1);

  /**
   * One tensor of the header.
   *
   * @param dtype such as F32
   * @param shape sizes, none negative; empty for a scalar
   * @param from first byte behind the header
   * @param to byte behind the last
   */
  public record Entry(String dtype, List<Long> shape, long from, long to) {}

  private final Path path;
  private final FileChannel channel;
  private final long dataStart;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  private Safetensors(
      Path path,
      FileChannel channel,
      long dataStart,
      Map<String, Entry> entries,
      Map<String, String> metadata) {
    this.path = path;
    this.channel = channel;
    this.dataStart = dataStart;
    this.entries = entries;
    this.metadata = metadata;
  }

  /**
   * Opens a file and checks all of its header.
   *
   * @throws IOException if the file is missing or deviates from the format in any way
   */
  public static Safetensors open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return parse(path, channel);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private static Safetensors parse(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw broken(path, "has %d bytes; even an empty one has 10".formatted(size));
    }
    long headerLength = read(channel, 0, 8).getLong();
    if (headerLength < 2 || headerLength > LONGEST_HEADER) {
      throw broken(
          path,
          "says its header has %d bytes; allowed are 2 to %d"
              .formatted(headerLength, LONGEST_HEADER));
    }
    if (8 + headerLength > size) {
      throw broken(
          path,
          "says its header has %d bytes, but the file has %d; it is cut off"
              .formatted(headerLength, size));
    }
    JsonNode header = header(path, read(channel, 8, Math.toIntExact(headerLength)));
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata.putAll(metadata(path, field.getValue()));
      } else {
        entries.put(field.getKey(), entry(path, field.getKey(), field.getValue()));
      }
    }
    requireContiguous(path, entries, size - 8 - headerLength);
    return new Safetensors(
        path,
        channel,
        8 + headerLength,
        Collections.unmodifiableMap(entries),
        Collections.unmodifiableMap(metadata));
  }

  private static JsonNode header(Path path, ByteBuffer bytes) throws IOException {
    String text;
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      text = decoded.toString();
    } catch (CharacterCodingException notUtf8) {
      throw broken(path, "has a header that is not UTF-8");
    }
    if (!text.startsWith("{")) {
      throw broken(path, "has a header that does not start with {");
    }
    try {
      JsonNode header = JSON.readTree(text);
      if (!header.isObject()) {
        throw broken(path, "has a header that is no JSON object");
      }
      return header;
    } catch (JsonProcessingException malformed) {
      throw broken(path, "has a malformed header: " + malformed.getOriginalMessage());
    }
  }

  private static Map<String, String> metadata(Path path, JsonNode node) throws IOException {
    if (!node.isObject()) {
      throw broken(path, "has a __metadata__ that is no object of strings");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw broken(path, "has __metadata__." + field.getKey() + " that is no string");
      }
      metadata.put(field.getKey(), field.getValue().asText());
    }
    return metadata;
  }

  private static Entry entry(Path path, String name, JsonNode node) throws IOException {
    if (!node.isObject() || node.size() != 3) {
      throw broken(
          path, "describes %s by %s; expected dtype, shape and data_offsets".formatted(name, node));
    }
    String dtype = node.path("dtype").asText("");
    Integer width = WIDTHS.get(dtype);
    if (width == null) {
      throw broken(
          path,
          "gives %s the dtype %s; known are %s"
              .formatted(name, node.path("dtype"), new java.util.TreeSet<>(WIDTHS.keySet())));
    }
    List<Long> shape = new ArrayList<>();
    if (!node.path("shape").isArray()) {
      throw broken(path, "gives %s no shape".formatted(name));
    }
    long bytes = width;
    for (JsonNode size : node.path("shape")) {
      shape.add(wholeNumber(path, name + "'s shape", size));
    }
    try {
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException overflow) {
      throw broken(path, "gives %s the shape %s, which overflows".formatted(name, shape));
    }
    JsonNode offsets = node.path("data_offsets");
    if (!offsets.isArray() || offsets.size() != 2) {
      throw broken(path, "gives %s the data_offsets %s; expected two".formatted(name, offsets));
    }
    long from = wholeNumber(path, name + "'s data_offsets", offsets.get(0));
    long to = wholeNumber(path, name + "'s data_offsets", offsets.get(1));
    if (to - from != bytes) {
      throw broken(
          path,
          "gives %s the bytes %d to %d, but %s of shape %s takes %d bytes"
              .formatted(name, from, to, dtype, shape, bytes));
    }
    return new Entry(dtype, Collections.unmodifiableList(shape), from, to);
  }

  private static long wholeNumber(Path path, String what, JsonNode node) throws IOException {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.asLong() < 0) {
      throw broken(path, "has %s in %s; expected a whole number".formatted(node, what));
    }
    return node.asLong();
  }

  private static void requireContiguous(Path path, Map<String, Entry> entries, long dataBytes)
      throws IOException {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().from())
            .thenComparingLong(e -> e.getValue().to()));
    long end = 0;
    for (Map.Entry<String, Entry> entry : sorted) {
      long from = entry.getValue().from();
      if (from != end) {
        throw broken(
            path,
            "has %s at byte %d, but the tensor before it ends at %d: %s"
                .formatted(entry.getKey(), from, end, from < end ? "they overlap" : "a hole"));
      }
      end = entry.getValue().to();
    }
    if (end > dataBytes) {
      throw broken(
          path,
          "has %d bytes of data, but its header lists %d; it is cut off".formatted(dataBytes, end));
    }
    if (end < dataBytes) {
      throw broken(
          path, "has %d bytes behind its last tensor; expected none".formatted(dataBytes - end));
    }
  }

  private static IOException broken(Path path, String what) {
    return new IOException(path + " " + what + ". Fetch or write the file again.");
  }

  private static ByteBuffer read(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("The file became shorter while it was read.");
      }
    }
    return buffer.flip();
  }

  /** Names in the order of the header. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** The strings of {@code __metadata__}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** What the header says of a tensor. */
  public Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "%s has no tensor %s. It has: %s.".formatted(path, name, entries.keySet()));
    }
    return entry;
  }

  /**
   * Reads a tensor. F16 and BF16 become float32; other types stay as they are.
   *
   * @param manager owner of the tensor
   */
  public NDArray read(String name, NDManager manager) throws IOException {
    Entry entry = entry(name);
    long bytes = entry.to() - entry.from();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new IOException(
          "%s: %s has %d bytes; a tensor of at most 2 GiB can be read."
              .formatted(path, name, bytes));
    }
    Shape shape = new Shape(entry.shape().stream().mapToLong(Long::longValue).toArray());
    if (entry.dtype().equals("F16") || entry.dtype().equals("BF16")) {
      return RawTensor.create(
          manager, halves(entry, read(channel, dataStart + entry.from(), (int) bytes)), shape);
    }
    ByteBuffer direct = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (direct.hasRemaining()) {
      if (channel.read(direct, dataStart + entry.from() + direct.position()) < 0) {
        throw new IOException(path + " became shorter while it was read.");
      }
    }
    return RawTensor.create(manager, direct.flip(), shape, type(entry.dtype()));
  }

  private static DataType type(String dtype) throws IOException {
    return switch (dtype) {
      case "F64" -> DataType.FLOAT64;
      case "F32" -> DataType.FLOAT32;
      case "I64" -> DataType.INT64;
      case "I32" -> DataType.INT32;
      case "I8" -> DataType.INT8;
      case "U8" -> DataType.UINT8;
      case "BOOL" -> DataType.BOOLEAN;
      default -> throw new IOException("Tensors of type " + dtype + " cannot be read.");
    };
  }

  private static float[] halves(Entry entry, ByteBuffer bytes) {
    float[] values = new float[bytes.remaining() / 2];
    for (int i = 0; i < values.length; i++) {
      short bits = bytes.getShort();
      values[i] = entry.dtype().equals("BF16") ? Float.intBitsToFloat(bits << 16) : fromHalf(bits);
    }
    return values;
  }

  /** IEEE 754 binary16 to float32. */
  private static float fromHalf(short bits) {
    int exponent = (bits >>> 10) & 0x1F;
    int fraction = bits & 0x3FF;
    float magnitude;
    if (exponent == 0) {
      magnitude = fraction * 0x1p-24f;
    } else if (exponent == 31) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  /**
   * Writes tensors in the order of their names: the same tensors give the same bytes. The file is
   * complete or absent: it is written beside its place, forced to disk and moved.
   *
   * @param tensors float32, float64, int64 or int32, contiguous
   */
  public static void write(Path path, Map<String, NDArray> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode strings = header.putObject(METADATA);
      new TreeMap<>(metadata).forEach(strings::put);
    }
    Map<String, NDArray> sorted = new TreeMap<>(tensors);
    long offset = 0;
    for (Map.Entry<String, NDArray> tensor : sorted.entrySet()) {
      NDArray value = tensor.getValue();
      String dtype = dtype(tensor.getKey(), value.getDataType());
      long bytes = Math.multiplyExact(value.size(), WIDTHS.get(dtype));
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", dtype);
      ArrayNode shape = entry.putArray("shape");
      for (long size : value.getShape().getShape()) {
        shape.add(size);
      }
      entry.putArray("data_offsets").add(offset).add(offset + bytes);
      offset += bytes;
    }
    byte[] json = JSON.writeValueAsBytes(header);
    byte[] padded = java.util.Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    java.util.Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    Path beside = path.resolveSibling(path.getFileName() + ".part");
    try (FileChannel out =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      write(out, length.putLong(padded.length).flip());
      write(out, ByteBuffer.wrap(padded));
      for (NDArray value : sorted.values()) {
        write(out, value.toByteBuffer());
      }
      out.force(true);
    }
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String dtype(String name, DataType type) throws IOException {
    return switch (type) {
      case FLOAT64 -> "F64";
      case FLOAT32 -> "F32";
      case INT64 -> "I64";
      case INT32 -> "I32";
      default ->
          throw new IOException(
              "%s is of type %s; float32, float64, int64 and int32 can be written."
                  .formatted(name, type));
    };
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
