package dev.adder.paper;

import java.util.OptionalDouble;

/**
 * One number of the paper or of its authors' public code.
 *
 * @param edition "v1", "v3", or "code" for the released configurations
 * @param table number of the table or name of the figure
 * @param model pretrained model; empty where it is not said
 * @param row method
 * @param part of the model that the method is applied to; may be empty
 * @param column data set and metric, or quantity
 * @param value in the paper's unit; empty if unknown
 * @param printed the value as printed, "66.2" or "57.0"; empty if unknown
 * @param certainty how the value is known
 * @param source which source; may be empty
 * @param note what else must be known to use it; may be empty
 */
public record ReportedNumber(
    String edition,
    String table,
    String model,
    String row,
    String part,
    String column,
    OptionalDouble value,
    String printed,
    Certainty certainty,
    String source,
    String note) {

  public ReportedNumber {
    if (value.isPresent() == (certainty == Certainty.UNKNOWN)) {
      throw new IllegalArgumentException(
          "%s, table %s, %s, %s has %s but certainty \"%s\". An unknown number has no value, any other has one."
              .formatted(
                  edition,
                  table,
                  row,
                  column,
                  value.isPresent() ? "the value " + printed : "no value",
                  certainty.word()));
    }
  }

  /** The number with its certainty, such as "81.2 (search)"; empty if unknown. */
  public String shown() {
    return value.isPresent() ? printed + " (" + certainty.word() + ")" : "";
  }
}
