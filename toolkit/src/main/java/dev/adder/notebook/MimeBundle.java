package dev.adder.notebook;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One value in several representations, from which a front end takes the richest it can show.
 *
 * @param data by MIME type; a body is a String, or for JSON types a Map, List, String, Number or
 *     Boolean; always holds {@code text/plain}
 */
public record MimeBundle(Map<String, Object> data) {

  public static final String TEXT = "text/plain";
  public static final String HTML = "text/html";
  public static final String PNG = "image/png";
  public static final String MARKDOWN = "text/markdown";
  public static final String LATEX = "text/latex";
  public static final String PLOTLY = "application/vnd.plotly.v1+json";

  public MimeBundle {
    if (!data.containsKey(TEXT)) {
      throw new IllegalArgumentException(
          "A MIME bundle has " + data.keySet() + " but no text/plain; add a plain text form.");
    }
    data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
  }

  public static MimeBundle text(String text) {
    return new MimeBundle(Map.of(TEXT, text));
  }

  public static MimeBundle html(String html, String text) {
    return text(text).with(HTML, html);
  }

  /** This bundle with one more representation. */
  public MimeBundle with(String type, Object body) {
    Map<String, Object> more = new LinkedHashMap<>(data);
    more.put(type, body);
    return new MimeBundle(more);
  }
}
