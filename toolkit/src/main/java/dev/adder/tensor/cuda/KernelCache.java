package dev.adder.tensor.cuda;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled kernels on disk, so that only the first run on a machine compiles.
 *
 * <p>A file is named by the SHA-256 of all that decides its content. It ends in the SHA-256 of its
 * own content: a damaged one is compiled again. Files are written beside their place and moved
 * there at once, so that two processes can share a folder.
 */
public final class KernelCache {

  private static final Logger LOGGER = LoggerFactory.getLogger(KernelCache.class);
  private static final int HASH_BYTES = 32;

  private final Path folder;

  /**
   * @param folder made when the first file is written
   */
  public KernelCache(Path folder) {
    this.folder = folder;
  }

  /** The folder of this user: property adder.kernels, or adder/kernels in the user's cache. */
  static KernelCache ofUser() {
    String given = System.getProperty("adder.kernels");
    if (given != null) {
      return new KernelCache(Path.of(given));
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return new KernelCache(base.resolve("adder").resolve("kernels"));
  }

  /**
   * Compiled kernels, from disk if they are there and whole.
   *
   * @param machine all else that the result depends on: options, device, driver, compiler
   * @param compile asked if there is no such file
   */
  public CompiledKernels get(
      KernelSet kernels, List<String> machine, Supplier<CompiledKernels> compile) {
    Path file = file(kernels, machine);
    Optional<CompiledKernels> found = read(file);
    if (found.isPresent()) {
      return found.get();
    }
    CompiledKernels compiled = compile.get();
    write(file, compiled);
    return compiled;
  }

  /** Where compiled kernels lie, or would. */
  public Path file(KernelSet kernels, List<String> machine) {
    MessageDigest digest = sha256();
    for (String part :
        List.of(
            KernelSet.header(),
            kernels.text(),
            String.join("\n", kernels.kernels()),
            String.join("\n", machine))) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      // The length in front keeps two parts from being read as two others.
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return folder.resolve(HexFormat.of().formatHex(digest.digest()) + ".kernels");
  }

  private static Optional<CompiledKernels> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      byte[] all = Files.readAllBytes(file);
      int size = all.length - HASH_BYTES;
      if (size > 0) {
        byte[] content = Arrays.copyOf(all, size);
        if (MessageDigest.isEqual(
            sha256().digest(content), Arrays.copyOfRange(all, size, all.length))) {
          return Optional.of(parse(content));
        }
      }
      LOGGER.warn("The compiled kernels in {} are damaged; they are compiled again.", file);
    } catch (IOException e) {
      LOGGER.warn("The compiled kernels in {} cannot be read; they are compiled again.", file, e);
    }
    return Optional.empty();
  }

  private static CompiledKernels parse(byte[] content) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
      Map<String, String> names = new LinkedHashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        names.put(in.readUTF(), in.readUTF());
      }
      return new CompiledKernels(in.readAllBytes(), names, "");
    }
  }

  private void write(Path file, CompiledKernels compiled) {
    try {
      Files.createDirectories(folder);
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(content);
      out.writeInt(compiled.names().size());
      for (Map.Entry<String, String> name : compiled.names().entrySet()) {
        out.writeUTF(name.getKey());
        out.writeUTF(name.getValue());
      }
      out.write(compiled.image());
      out.write(sha256().digest(content.toByteArray()));
      Path beside = Files.createTempFile(folder, "new", ".kernels");
      Files.write(beside, content.toByteArray());
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOGGER.warn(
          "Compiled kernels cannot be kept in {}; every run compiles them. Name a folder by"
              + " -Dadder.kernels.",
          folder,
          e);
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
