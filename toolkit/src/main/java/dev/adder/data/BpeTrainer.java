package dev.adder.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level BPE tokenizer and writes it as a Hugging Face {@code tokenizer.json}.
 *
 * <p>Ids: 0 {@code <|endoftext|>}, 1 reserved, then the 256 bytes in GPT-NeoX's order ("!" is 2),
 * then the merges in the order they were learned. The most frequent pair is merged first; of
 * equals, the one with the smaller ids. Text is split as by GPT-2.
 */
public final class BpeTrainer {

  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

  private BpeTrainer() {}

  private record Pair(int left, int right) {}

  /**
   * Learns the merges and writes the file.
   *
   * @param text what the merges are learned from
   * @param vocabulary number of ids, at least 258
   * @param file the {@code tokenizer.json} to write
   */
  public static void train(Iterable<String> text, int vocabulary, Path file) throws IOException {
    if (vocabulary < 258) {
      throw new IllegalArgumentException(
          "A vocabulary of %d cannot hold 256 bytes and 2 special tokens; use at least 258."
              .formatted(vocabulary));
    }
    List<String> symbols = new ArrayList<>(List.of("<|endoftext|>", "<|reserved|>"));
    symbols.addAll(byteSymbols().values());
    Map<String, Integer> ids = new HashMap<>();
    for (int i = 0; i < symbols.size(); i++) {
      ids.put(symbols.get(i), i);
    }
    Map<List<Integer>, Long> words = words(text, ids);
    List<String[]> merges = new ArrayList<>();
    while (symbols.size() < vocabulary) {
      Pair best = mostFrequent(words);
      if (best == null) {
        break;
      }
      String left = symbols.get(best.left());
      String right = symbols.get(best.right());
      merges.add(new String[] {left, right});
      symbols.add(left + right);
      words = merge(words, best, symbols.size() - 1);
    }
    write(symbols, merges, file);
  }

  /** Byte to printable symbol, in the order of GPT-NeoX's ids. */
  private static Map<Integer, String> byteSymbols() {
    Map<Integer, String> printable = new LinkedHashMap<>();
    for (int b = '!'; b <= '~'; b++) {
      printable.put(b, Character.toString(b));
    }
    for (int b = 0xA1; b <= 0xFF; b++) {
      if (b != 0xAD) {
        printable.put(b, Character.toString(b));
      }
    }
    int next = 256;
    for (int b = 0; b < 256; b++) {
      if (!printable.containsKey(b)) {
        printable.put(b, Character.toString(next++));
      }
    }
    return printable;
  }

  private static Map<List<Integer>, Long> words(Iterable<String> text, Map<String, Integer> ids) {
    Map<Integer, String> symbols = byteSymbols();
    Map<String, Long> counts = new TreeMap<>();
    for (String piece : text) {
      Matcher matcher = WORDS.matcher(piece);
      while (matcher.find()) {
        counts.merge(matcher.group(), 1L, Long::sum);
      }
    }
    Map<List<Integer>, Long> words = new LinkedHashMap<>();
    counts.forEach(
        (word, count) -> {
          List<Integer> encoded = new ArrayList<>();
          for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            encoded.add(ids.get(symbols.get(b & 0xFF)));
          }
          words.put(encoded, count);
        });
    return words;
  }

  private static @org.jspecify.annotations.Nullable Pair mostFrequent(
      Map<List<Integer>, Long> words) {
    Map<Pair, Long> counts = new HashMap<>();
    words.forEach(
        (word, count) -> {
          for (int i = 0; i + 1 < word.size(); i++) {
            counts.merge(new Pair(word.get(i), word.get(i + 1)), count, Long::sum);
          }
        });
    Pair best = null;
    long most = 1;
    for (Map.Entry<Pair, Long> entry : counts.entrySet()) {
      long count = entry.getValue();
      if (count > most || (count == most && best != null && before(entry.getKey(), best))) {
        best = entry.getKey();
        most = count;
      }
    }
    return best;
  }

  private static boolean before(Pair a, Pair b) {
    return a.left() != b.left() ? a.left() < b.left() : a.right() < b.right();
  }

  private static Map<List<Integer>, Long> merge(
      Map<List<Integer>, Long> words, Pair pair, int merged) {
    Map<List<Integer>, Long> result = new LinkedHashMap<>();
    words.forEach(
        (word, count) -> {
          List<Integer> shorter = new ArrayList<>();
          for (int i = 0; i < word.size(); i++) {
            boolean here =
                i + 1 < word.size()
                    && word.get(i) == pair.left()
                    && word.get(i + 1) == pair.right();
            shorter.add(here ? merged : word.get(i));
            i += here ? 1 : 0;
          }
          result.merge(shorter, count, Long::sum);
        });
    return result;
  }

  private static void write(List<String> symbols, List<String[]> merges, Path file)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode json = mapper.createObjectNode();
    json.put("version", "1.0");
    json.putNull("truncation");
    json.putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < 2; id++) {
      ObjectNode token = added.addObject();
      token.put("id", id).put("content", symbols.get(id)).put("special", true);
      token.put("single_word", false).put("lstrip", false).put("rstrip", false);
      token.put("normalized", false);
    }
    json.putNull("normalizer");
    json.set("pre_tokenizer", byteLevel(mapper));
    json.putNull("post_processor");
    json.set("decoder", byteLevel(mapper));
    ObjectNode model = json.putObject("model");
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < symbols.size(); id++) {
      vocabulary.put(symbols.get(id), id);
    }
    ArrayNode pairs = model.putArray("merges");
    merges.forEach(pair -> pairs.add(pair[0] + " " + pair[1]));
    mapper.writeValue(file.toFile(), json);
  }

  private static ObjectNode byteLevel(ObjectMapper mapper) {
    ObjectNode node = mapper.createObjectNode();
    node.put("type", "ByteLevel").put("add_prefix_space", false);
    return node.put("trim_offsets", true).put("use_regex", true);
  }
}
