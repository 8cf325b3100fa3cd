package dev.adder.evaluation.spider;

/** What a condition compares with: a literal, a column or a query. */
sealed interface Operand permits Operand.Number, Operand.Text, Column, Query {

  /** A number. */
  record Number(double value) implements Operand {}

  /** A string in its quotes. */
  record Text(String value) implements Operand {}
}
