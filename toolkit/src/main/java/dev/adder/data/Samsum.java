package dev.adder.data;

import dev.adder.data.files.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** SAMSum: a chat, line ends as they are, to be summarised. */
final class Samsum implements Posed.Reader {

  static final List<Piece> PIECES =
      List.of(
          Piece.of("train", "train.json"),
          Piece.of("val", "val.json"),
          Piece.of("test", "test.json"));

  @Override
  public Posed read(Shipped files, Form form) throws IOException {
    return new Posed(
        Template.PLAIN,
        new Answer.Text(),
        Optional.empty(),
        List.of("rouge1", "rouge2", "rougeL", "rougeLsum"),
        new Splits(chats(files.get("train")), chats(files.get("val")), chats(files.get("test"))));
  }

  private static List<Example> chats(Path file) throws IOException {
    List<Example> chats = new ArrayList<>();
    Rows.read(file, row -> chats.add(new Example(row.text("dialogue"), row.text("summary"))));
    return chats;
  }
}
