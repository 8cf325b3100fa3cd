package dev.adder.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A data set's files as a task: all of it but its name and where it comes from. */
record Posed(
    Template template,
    Answer answer,
    Optional<LengthLimit> limit,
    List<String> metrics,
    Splits splits,
    Optional<Databases> databases) {

  /** Without databases. */
  Posed(
      Template template,
      Answer answer,
      Optional<LengthLimit> limit,
      List<String> metrics,
      Splits splits) {
    this(template, answer, limit, metrics, splits, Optional.empty());
  }

  /** Makes a task's content of files. */
  @FunctionalInterface
  interface Reader {

    /**
     * @param files the data set's pieces
     * @param form in which the task is posed
     * @throws IOException if a file is damaged or in another format; the sentence names the row
     */
    Posed read(Shipped files, Form form) throws IOException;
  }
}
