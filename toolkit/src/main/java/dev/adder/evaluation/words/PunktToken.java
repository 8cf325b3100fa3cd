package dev.adder.evaluation.words;

import java.util.Locale;
import java.util.regex.Pattern;

/** A word with its punctuation, and what Punkt has decided about its period. */
final class PunktToken {

  private static final Pattern NUMBER = Pattern.compile("^-?[.,]?\\p{Nd}[\\p{Nd},.-]*\\.?$");
  private static final Pattern ELLIPSIS = Pattern.compile("\\.\\.+");
  private static final Pattern INITIAL = Pattern.compile("[\\p{L}\\p{Nl}\\p{No}_]\\.");
  private static final String ANY_NUMBER = "##number##";

  final String text;
  boolean ends;
  boolean abbreviates;
  boolean isEllipsis;

  PunktToken(String text) {
    this.text = text;
  }

  /** The word in lower case; all numbers are one. */
  private String type() {
    return NUMBER.matcher(text.toLowerCase(Locale.ROOT)).replaceFirst(ANY_NUMBER);
  }

  String typeWithoutPeriod() {
    String type = type();
    return type.length() > 1 && type.endsWith(".") ? type.substring(0, type.length() - 1) : type;
  }

  /** Without its period where that ends a sentence. */
  String typeWithoutEnd() {
    return ends ? typeWithoutPeriod() : type();
  }

  boolean isNumber() {
    return typeWithoutPeriod().equals(ANY_NUMBER);
  }

  boolean hasPeriod() {
    return text.endsWith(".");
  }

  boolean isInitial() {
    return INITIAL.matcher(text).matches();
  }

  boolean isDots() {
    return ELLIPSIS.matcher(text).matches();
  }

  boolean isUpper() {
    return Character.isUpperCase(text.codePointAt(0));
  }

  boolean isLower() {
    return Character.isLowerCase(text.codePointAt(0));
  }
}
