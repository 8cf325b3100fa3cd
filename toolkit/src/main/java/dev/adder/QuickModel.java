package dev.adder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small Mamba that comes in the jar, pretrained by the toolkit itself on text it generates. It
 * lies unpacked in the user's cache, in a folder named by the SHA-256 of its content: every JVM
 * finds it there, also one that follows a killed one, and another version has another folder.
 */
final class QuickModel {

  static final String NAME = "quick";

  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json");

  private static @Nullable Path unpacked;

  private QuickModel() {}

  /** A folder in the Hugging Face layout. */
  static synchronized Path folder() throws IOException {
    if (unpacked == null) {
      unpacked = unpack(cache());
    }
    return unpacked;
  }

  /** The user's cache; the temporary folder where there can be none, as with a home of no one. */
  private static Path cache() throws IOException {
    String given = System.getenv("XDG_CACHE_HOME");
    Path base =
        given == null || given.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(given);
    Path cache = base.resolve("adder").resolve(NAME);
    try {
      return Files.createDirectories(cache);
    } catch (IOException notWritable) {
      return Files.createTempDirectory("adder-quick");
    }
  }

  /**
   * Writes what is missing or damaged; each file at once, so that JVMs may do it side by side.
   *
   * @return the folder of this content
   */
  static Path unpack(Path cache) throws IOException {
    MessageDigest digest = sha256();
    Map<String, byte[]> contents = new LinkedHashMap<>();
    for (String file : FILES) {
      byte[] content = resource(file);
      digest.update(content);
      contents.put(file, content);
    }
    String name = HexFormat.of().formatHex(digest.digest(), 0, 8);
    Path folder = Files.createDirectories(cache.resolve(name));
    for (Map.Entry<String, byte[]> entry : contents.entrySet()) {
      Path file = folder.resolve(entry.getKey());
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), entry.getValue())) {
        Path fresh = Files.createTempFile(folder, "new", ".part");
        Files.write(fresh, entry.getValue());
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return folder;
  }

  private static byte[] resource(String file) throws IOException {
    String resource = "/dev/adder/quick/" + file;
    try (InputStream in = QuickModel.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(
            "The jar lacks %s. Build it with the data folder beside the toolkit."
                .formatted(resource));
      }
      return in.readAllBytes();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException("This JDK lacks SHA-256.", everyJdkHasIt);
    }
  }
}
