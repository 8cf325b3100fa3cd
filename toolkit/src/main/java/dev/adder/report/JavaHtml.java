package dev.adder.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Java code as HTML with comments, strings, numbers and keywords marked. */
final class JavaHtml {

  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<comment>//[^\\n]*|/\\*[\\s\\S]*?\\*/)"
              + "|(?<string>\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])*')"
              + "|(?<number>\\b\\d[\\w.]*(?:(?<=[eE])[-+]\\d+)?)"
              + "|(?<keyword>\\b(?:var|for|if|else|while|do|switch|case|return|new|import|static|final"
              + "|class|record|enum|interface|extends|implements|try|catch|finally|throw|throws|public"
              + "|private|int|long|double|float|boolean|void|char|byte|true|false|null|instanceof)\\b)");

  private JavaHtml() {}

  static String of(String java) {
    StringBuilder html = new StringBuilder();
    Matcher matcher = TOKEN.matcher(java);
    int from = 0;
    while (matcher.find()) {
      html.append(TableHtml.escape(java.substring(from, matcher.start())));
      html.append("<span class=\"").append(kind(matcher)).append("\">");
      html.append(TableHtml.escape(matcher.group())).append("</span>");
      from = matcher.end();
    }
    return html.append(TableHtml.escape(java.substring(from))).toString();
  }

  private static String kind(Matcher matcher) {
    for (String kind : new String[] {"comment", "string", "number"}) {
      if (matcher.group(kind) != null) {
        return kind;
      }
    }
    return "keyword";
  }
}
