package dev.adder.kernel.cell;

/**
 * Where a statement stands.
 *
 * @param where the cell or file, such as "cell 7"
 * @param line of its first line there, from 1
 * @param source the statement
 */
record Place(String where, int line, String source) {

  /** The place of a line of the statement, counted from 1, in words. */
  String of(int lineOfStatement) {
    return where + ", line " + (line + lineOfStatement - 1);
  }

  /** The text of a line of the statement, counted from 1; empty if there is none. */
  String text(int lineOfStatement) {
    return source.lines().skip(lineOfStatement - 1L).findFirst().orElse("").strip();
  }
}
