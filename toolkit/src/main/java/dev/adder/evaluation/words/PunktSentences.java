package dev.adder.evaluation.words;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sentences of English text by Punkt (Kiss and Strunk, 2006), as NLTK 3.10 applies it: a period
 * ends a sentence unless its word is a known abbreviation, an initial or a number that the word
 * behind speaks against.
 */
final class PunktSentences {

  private static final PunktModel MODEL = PunktModel.ENGLISH;

  private static final String SPACE = "[" + Characters.SPACE + "]";
  private static final String NOT_SPACE = "[^" + Characters.SPACE + "]";

  /** What ends a word wherever it stands. */
  private static final String NO_WORD = "[)\";}\\]*:@'({\\[‘’“”«»?!]";

  private static final String SEVERAL = "(?:-{2,}|\\.{2,}|(?:\\." + SPACE + "){2,}\\.)";

  private static final Pattern CANDIDATE =
      Pattern.compile("[.?!](?=(%s|%s+(%s+)))".formatted(NO_WORD, SPACE, NOT_SPACE));

  private static final Pattern WORD =
      Pattern.compile(
          ("%1$s|(?=[^(\"`{\\[:;&#*@)}\\]\\-,])%2$s+?(?=%3$s|$|%4$s|%1$s|,(?=$|%3$s|%4$s|%1$s))"
                  + "|%2$s")
              .formatted(SEVERAL, NOT_SPACE, SPACE, NO_WORD),
          Pattern.UNIX_LINES);

  /** Closing punctuation at the beginning of what would be the next sentence. */
  private static final Pattern CLOSING =
      Pattern.compile(
          "[\"')\\]}‘’“”«»]+?(?:" + SPACE + "+|(?=--)|$)", Pattern.MULTILINE | Pattern.UNIX_LINES);

  private static final Set<String> ENDS = Set.of(".", "?", "!");
  private static final Set<String> PUNCTUATION = Set.of(";", ":", ",", ".", "!", "?");

  /** A place where a sentence may end, and the words around it. */
  private record Candidate(int end, int next, String context) {}

  private record Span(int from, int to) {}

  /** What the word behind a period says about it. */
  private enum Start {
    YES,
    NO,
    UNKNOWN
  }

  private PunktSentences() {}

  static List<String> split(String text) {
    List<String> sentences = new ArrayList<>();
    for (Span span : joined(text, spans(text))) {
      sentences.add(text.substring(span.from(), span.to()));
    }
    return sentences;
  }

  private static List<Span> spans(String text) {
    List<Span> spans = new ArrayList<>();
    int from = 0;
    for (Candidate candidate : candidates(text)) {
      if (endsWithin(candidate.context())) {
        spans.add(new Span(from, candidate.end()));
        from = candidate.next();
      }
    }
    spans.add(new Span(from, Math.max(from, Characters.trimmedLength(text))));
    return spans;
  }

  /** Of several candidates within a word the last. */
  private static List<Candidate> candidates(String text) {
    List<Candidate> candidates = new ArrayList<>();
    Matcher matcher = CANDIDATE.matcher(text);
    Candidate last = null;
    int lastFrom = 0;
    int lastTo = 0;
    while (matcher.find()) {
      int space = lastSpace(text, lastTo, matcher.start());
      int from = space > lastTo ? space + 1 : lastFrom;
      if (last != null && lastTo <= from) {
        candidates.add(last);
      }
      lastFrom = from;
      lastTo = matcher.start();
      last = candidate(text, from, matcher);
    }
    if (last != null) {
      candidates.add(last);
    }
    return candidates;
  }

  private static Candidate candidate(String text, int from, Matcher matcher) {
    int next = matcher.group(2) == null ? matcher.end() : matcher.start(2);
    return new Candidate(
        matcher.end(), next, text.substring(from, matcher.end()) + matcher.group(1));
  }

  /** Index of the last ASCII white space of a range, or its beginning. */
  private static int lastSpace(String text, int from, int to) {
    for (int i = to - 1; i > from; i--) {
      char c = text.charAt(i);
      if (c == ' ' || (c >= 9 && c <= 13)) {
        return i;
      }
    }
    return from;
  }

  /** Moves closing punctuation to the sentence it closes. */
  private static List<Span> joined(String text, List<Span> spans) {
    List<Span> joined = new ArrayList<>();
    int moved = 0;
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      int from = span.from() + moved;
      moved = 0;
      if (i + 1 < spans.size()) {
        Span next = spans.get(i + 1);
        Matcher closing = CLOSING.matcher(text.substring(next.from(), next.to()));
        if (closing.lookingAt()) {
          joined.add(new Span(from, next.from() + Characters.trimmedLength(closing.group())));
          moved = closing.end();
          continue;
        }
      }
      if (from < span.to()) {
        joined.add(new Span(from, span.to()));
      }
    }
    return joined;
  }

  /** Whether a sentence ends before the last of these words. */
  private static boolean endsWithin(String context) {
    List<PunktToken> tokens = tokens(context);
    tokens.forEach(PunktSentences::decideAlone);
    for (int i = 0; i + 1 < tokens.size(); i++) {
      decideBeside(tokens.get(i), tokens.get(i + 1));
      if (tokens.get(i).ends) {
        return true;
      }
    }
    return false;
  }

  private static List<PunktToken> tokens(String text) {
    List<PunktToken> tokens = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      Matcher matcher = WORD.matcher(line);
      while (matcher.find()) {
        tokens.add(new PunktToken(matcher.group()));
      }
    }
    return tokens;
  }

  /** First pass: by the word alone. */
  private static void decideAlone(PunktToken token) {
    if (ENDS.contains(token.text)) {
      token.ends = true;
    } else if (token.isDots()) {
      token.isEllipsis = true;
    } else if (token.hasPeriod() && !token.text.endsWith("..")) {
      String word = token.text.substring(0, token.text.length() - 1).toLowerCase(Locale.ROOT);
      String lastPart = word.substring(word.lastIndexOf('-') + 1);
      token.abbreviates = MODEL.isAbbreviation(word) || MODEL.isAbbreviation(lastPart);
      token.ends = !token.abbreviates;
    }
  }

  /** Second pass: by the word behind. */
  private static void decideBeside(PunktToken token, PunktToken next) {
    if (!token.hasPeriod()) {
      return;
    }
    String nextType = next.typeWithoutEnd();
    if (MODEL.isCollocation(token.typeWithoutPeriod(), nextType)) {
      token.ends = false;
      return;
    }
    boolean initial = token.isInitial();
    Start start = start(next);
    if ((token.abbreviates || token.isEllipsis) && !initial) {
      if (start == Start.YES || (next.isUpper() && MODEL.startsSentences(nextType))) {
        token.ends = true;
        return;
      }
    }
    if (initial || token.isNumber()) {
      boolean name =
          start == Start.UNKNOWN && initial && next.isUpper() && !MODEL.seenLower(nextType);
      if (start == Start.NO || name) {
        token.ends = false;
      }
    }
  }

  private static Start start(PunktToken token) {
    if (PUNCTUATION.contains(token.text)) {
      return Start.NO;
    }
    String type = token.typeWithoutEnd();
    if (token.isUpper() && MODEL.seenLower(type) && !MODEL.seenUpperInMiddle(type)) {
      return Start.YES;
    }
    if (token.isLower() && (MODEL.seenUpper(type) || !MODEL.seenLowerAtBeginning(type))) {
      return Start.NO;
    }
    return Start.UNKNOWN;
  }
}
