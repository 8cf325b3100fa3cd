package dev.adder.paper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.adder.data.QuickTwin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The cards of the quick twins as files, one each, with a page for people beside them. */
public final class TwinCards {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path folder;

  /**
   * @param folder made when the first card is written; {@code data/twins} in a checkout
   */
  public TwinCards(Path folder) {
    this.folder = folder;
  }

  /** The card of a twin, if it has been measured. */
  public Optional<TwinCard> find(QuickTwin twin) throws IOException {
    Path file = file(twin.name());
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(read(in, file.toString()));
    }
  }

  /** The cards there are, in the order of the paper's tables. */
  public List<TwinCard> all() throws IOException {
    List<TwinCard> cards = new ArrayList<>();
    for (QuickTwin twin : QuickTwin.all()) {
      find(twin).ifPresent(cards::add);
    }
    return cards;
  }

  /** The cards that come with the toolkit. */
  public static List<TwinCard> shipped() throws IOException {
    List<TwinCard> cards = new ArrayList<>();
    for (QuickTwin twin : QuickTwin.all()) {
      String resource = "/dev/adder/twins/" + twin.name() + ".json";
      try (InputStream in = TwinCards.class.getResourceAsStream(resource)) {
        if (in != null) {
          cards.add(read(in, resource));
        }
      }
    }
    return cards;
  }

  private static TwinCard read(InputStream in, String file) throws IOException {
    try {
      return JSON.readValue(in, TwinCard.class);
    } catch (JsonProcessingException malformed) {
      throw new IOException(
          "%s is no card of a twin: %s. Delete it and run ./adder data measure."
              .formatted(file, malformed.getOriginalMessage()),
          malformed);
    }
  }

  /** Writes a card, and the page of all cards, each in one move. */
  public synchronized void write(TwinCard card) throws IOException {
    move(file(card.twin()), JSON.writeValueAsString(card) + "\n");
    writePage();
  }

  /** Writes the page of the cards there are. */
  public synchronized void writePage() throws IOException {
    move(folder.resolve("README.md"), TwinCardPage.of(all()));
  }

  private Path file(String twin) {
    return folder.resolve(twin + ".json");
  }

  private static void move(Path file, String text) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
    Files.writeString(beside, text);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
