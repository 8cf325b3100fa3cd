package dev.adder.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tokenizer from a {@code tokenizer.json}. It never truncates, pads, or adds special tokens. */
public final class Tokens {

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;

  private final int vocabularySize;

  private Tokens(Path file, HuggingFaceTokenizer tokenizer, int vocabularySize) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Loads a tokenizer.
   *
   * @throws IOException if the file is missing or no tokenizer
   */
  public static Tokens load(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing. A model folder needs its tokenizer.json.");
    }
    HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(file)
            .optAddSpecialTokens(false)
            .optTruncation(false)
            .optPadding(false)
            .build();
    return new Tokens(file, tokenizer, vocabularySize(file));
  }

  private static int vocabularySize(Path file) throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    int largest = -1;
    for (JsonNode id : json.path("model").path("vocab")) {
      largest = Math.max(largest, id.asInt());
    }
    for (JsonNode token : json.path("added_tokens")) {
      largest = Math.max(largest, token.path("id").asInt());
    }
    return largest + 1;
  }

  /** The file it was loaded from. */
  public Path file() {
    return file;
  }

  public int[] encode(String text) {
    if (text.isEmpty()) {
      return new int[0];
    }
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] narrow = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      narrow[i] = Math.toIntExact(ids[i]);
    }
    return narrow;
  }

  public String decode(int[] ids) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return tokenizer.decode(wide, false);
  }

  /** One more than the largest id. */
  public int vocabularySize() {
    return vocabularySize;
  }
}
