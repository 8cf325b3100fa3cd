package dev.adder.data.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a file's bytes must hash to.
 *
 * @param kind which hash
 * @param hex in lower case
 */
public record Checksum(Kind kind, String hex) {

  /** How the bytes are hashed. */
  public enum Kind {
    SHA_256("SHA-256", 64),
    /** The name that git gives a file: SHA-1 of "blob", its length, a zero byte, its bytes. */
    GIT_BLOB("SHA-1", 40);

    private final String algorithm;
    private final int digits;

    Kind(String algorithm, int digits) {
      this.algorithm = algorithm;
      this.digits = digits;
    }

    @Override
    public String toString() {
      return this == SHA_256 ? "SHA-256" : "git blob";
    }
  }

  public Checksum {
    hex = hex.toLowerCase(Locale.ROOT);
    if (!hex.matches("[0-9a-f]{" + kind.digits + "}")) {
      throw new IllegalArgumentException(
          "\"%s\" is no %s checksum; it has %d hexadecimal digits."
              .formatted(hex, kind, kind.digits));
    }
  }

  public static Checksum sha256(String hex) {
    return new Checksum(Kind.SHA_256, hex);
  }

  public static Checksum gitBlob(String hex) {
    return new Checksum(Kind.GIT_BLOB, hex);
  }

  /** The checksum of a file, of this kind. */
  public static Checksum of(Path file, Kind kind) throws IOException {
    MessageDigest digest = digest(kind.algorithm);
    if (kind == Kind.GIT_BLOB) {
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return new Checksum(kind, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException("This JDK lacks " + algorithm + ".", everyJdkHasIt);
    }
  }

  /** Whether the file's bytes are those that are meant. */
  public boolean matches(Path file) throws IOException {
    return equals(of(file, kind));
  }

  /** The first digits, for people. */
  public String brief() {
    return kind + " " + hex.substring(0, 12) + "…";
  }
}
