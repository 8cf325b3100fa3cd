package dev.adder.evaluation;

import dev.adder.evaluation.words.PorterStemmer;
import dev.adder.evaluation.words.WordNet;
import dev.adder.evaluation.words.WordTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * METEOR from 0 to 1 as NLTK 3.10 computes it (Lavie and Agarwal, 2007): words are matched where
 * they are equal, then where their stems are, then where WordNet gives one as a synonym of the
 * other. The mean over texts, of several references the best.
 *
 * <p>Needs WordNet 3.0 on the class path, {@code net.sf.extjwnl:extjwnl-data-wn30}.
 */
public record Meteor() implements TextMetric {

  // Weight of precision; exponent and weight of the fragmentation.
  private static final double ALPHA = 0.9;
  private static final double BETA = 3;
  private static final double GAMMA = 0.5;

  /** A word and its place. */
  private record Word(int place, String text) {}

  /** Places of a word in the text and of its match in the reference. */
  private record Match(int place, int other) {}

  @Override
  public String name() {
    return "meteor";
  }

  @Override
  public String variant() {
    return "NLTK 3.10: exact, Porter stems, WordNet 3.0 synonyms; α 0.9, β 3, γ 0.5";
  }

  @Override
  public void require(List<Written> unwritten) {
    WordNet.require();
  }

  @Override
  public double score(List<Written> written) {
    WordNet.require();
    double sum = 0;
    for (Written each : written) {
      List<String> text = words(each.text());
      sum +=
          each.references().stream()
              .mapToDouble(reference -> score(text, words(reference)))
              .max()
              .orElseThrow();
    }
    return sum / written.size();
  }

  private static List<String> words(String text) {
    return WordTokens.split(text).stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
  }

  private static double score(List<String> text, List<String> reference) {
    List<Match> matches = align(text, reference);
    if (matches.isEmpty()) {
      return 0;
    }
    double precision = (double) matches.size() / text.size();
    double recall = (double) matches.size() / reference.size();
    double mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall);
    double fragmentation = (double) chunks(matches) / matches.size();
    return (1 - GAMMA * Math.pow(fragmentation, BETA)) * mean;
  }

  /** Matches by place in the text. */
  private static List<Match> align(List<String> text, List<String> reference) {
    List<Word> ours = numbered(text);
    List<Word> theirs = numbered(reference);
    List<Match> matches = new ArrayList<>();
    match(ours, theirs, matches, String::equals);
    List<Word> ourStems = stems(ours);
    List<Word> theirStems = stems(theirs);
    match(ourStems, theirStems, matches, String::equals);
    // What has been stemmed stays so: synonyms are looked up for stems.
    matchSynonyms(ourStems, theirStems, matches);
    matches.sort(java.util.Comparator.comparingInt(Match::place));
    return matches;
  }

  private static List<Word> numbered(List<String> words) {
    List<Word> numbered = new ArrayList<>();
    words.forEach(word -> numbered.add(new Word(numbered.size(), word)));
    return numbered;
  }

  private static List<Word> stems(List<Word> words) {
    List<Word> stems = new ArrayList<>();
    words.forEach(word -> stems.add(new Word(word.place(), PorterStemmer.stem(word.text()))));
    return stems;
  }

  /** Matches each word, last first, with the last that is left; both are taken away. */
  private static void match(
      List<Word> ours,
      List<Word> theirs,
      List<Match> matches,
      BiPredicate<String, String> matching) {
    for (int i = ours.size() - 1; i >= 0; i--) {
      for (int j = theirs.size() - 1; j >= 0; j--) {
        if (matching.test(ours.get(i).text(), theirs.get(j).text())) {
          matches.add(new Match(ours.remove(i).place(), theirs.remove(j).place()));
          break;
        }
      }
    }
  }

  private static void matchSynonyms(List<Word> ours, List<Word> theirs, List<Match> matches) {
    if (theirs.isEmpty()) {
      return;
    }
    for (int i = ours.size() - 1; i >= 0; i--) {
      Set<String> synonyms = WordNet.synonyms(ours.get(i).text());
      List<Word> one = new ArrayList<>(List.of(ours.get(i)));
      match(one, theirs, matches, (word, other) -> word.equals(other) || synonyms.contains(other));
    }
  }

  /** Runs of matches that follow one another in both. */
  private static int chunks(List<Match> matches) {
    int chunks = 1;
    for (int i = 1; i < matches.size(); i++) {
      Match last = matches.get(i - 1);
      Match next = matches.get(i);
      boolean follows = next.place() == last.place() + 1 && next.other() == last.other() + 1;
      chunks += follows ? 0 : 1;
    }
    return chunks;
  }
}
