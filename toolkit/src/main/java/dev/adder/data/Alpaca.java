package dev.adder.data;

import dev.adder.data.files.Row;
import dev.adder.data.files.Rows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Alpaca, cleaned: instructions to follow. It has a training split only. */
final class Alpaca implements Posed.Reader {

  static final List<Piece> PIECES = List.of(Piece.of("train", "alpaca_data_cleaned.json"));

  @Override
  public Posed read(Shipped files, Form form) throws IOException {
    List<Example> train = new ArrayList<>();
    Rows.read(files.get("train"), row -> train.add(example(row)));
    return new Posed(
        Template.PLAIN,
        new Answer.Text(),
        Optional.empty(),
        List.of("perplexity"),
        new Splits(train, List.of(), List.of()));
  }

  private static Example example(Row row) throws IOException {
    String input = row.text("input");
    String instruction = row.text("instruction");
    return new Example(
        input.isEmpty() ? instruction : instruction + "\n\n" + input, row.text("output"));
  }
}
