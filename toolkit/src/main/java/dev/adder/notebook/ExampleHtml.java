package dev.adder.notebook;

import dev.adder.data.ExampleView;
import dev.adder.data.ExampleView.Part;
import dev.adder.data.ExampleView.Position;
import dev.adder.data.ExampleView.Segment;
import dev.adder.report.TableHtml;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An example as its texts and, position by position, what is read and what is to be said. Of long
 * ones the middle is left out. Colours are shades over the page's own, so light and dark both do.
 */
final class ExampleHtml {

  private static final int LONGEST_TEXT = 1200;

  /** Positions that are shown from the beginning, and up to the end. */
  private static final int HEAD = 48;

  private static final int TAIL = 48;
  private static final int TEXT_HEAD = 4;
  private static final int TEXT_TAIL = 8;

  private static final Map<Part, String> SHADE =
      Map.of(
          Part.PREFIX, "rgba(128,128,128,.16)",
          Part.INPUT, "rgba(66,133,244,.18)",
          Part.LABEL, "rgba(52,168,83,.30)");

  private static final Map<Part, String> NAME =
      Map.of(Part.PREFIX, "instruction", Part.INPUT, "input", Part.LABEL, "answer");

  private ExampleHtml() {}

  static MimeBundle of(ExampleView view) {
    StringBuilder html = new StringBuilder("<div>");
    html.append("<p><strong>").append(TableHtml.escape(view.task())).append("</strong>, ");
    html.append(form(view)).append(". Its texts, encoded each by itself:</p>");
    for (Segment segment : view.segments()) {
      html.append(segment(segment));
    }
    for (String other : view.example().answers().stream().skip(1).toList()) {
      html.append(block(Part.LABEL, "also good", other));
    }
    html.append("<p>What the model reads (text, token id) and what it should say there (target): ");
    html.append(count(view.counted())).append(" of ").append(count(view.positions().size()));
    html.append(" positions count, the others are masked by −100.</p>");
    html.append("<div style=\"display:flex;flex-wrap:wrap;gap:3px;align-items:stretch\">");
    append(html, view.positions());
    return MimeBundle.html(html.append("</div></div>").toString(), text(view));
  }

  private static void append(StringBuilder html, List<Position> positions) {
    int hidden = positions.size() - HEAD - TAIL;
    for (int i = 0; i < positions.size(); i++) {
      if (hidden > 0 && i == HEAD) {
        html.append("<span style=\"align-self:center;padding:0 .6em\">… ");
        html.append(count(hidden)).append(" more …</span>");
        i += hidden;
      }
      html.append(box(positions.get(i)));
    }
  }

  private static String segment(Segment segment) {
    String caption = "%s, %s tokens".formatted(NAME.get(segment.part()), count(segment.tokens()));
    return block(
        segment.part(),
        segment.tokens() == 1 ? caption.replace("tokens", "token") : caption,
        segment.text());
  }

  private static String block(Part part, String caption, String text) {
    return ("<div style=\"background:%s;border-radius:4px;padding:.3em .6em;margin:.25em 0\">"
            + "<small>%s</small><br><span style=\"font-family:monospace;white-space:pre-wrap;"
            + "overflow-wrap:anywhere\">%s</span></div>")
        .formatted(SHADE.get(part), caption, TableHtml.escape(shortened(text)));
  }

  private static String box(Position position) {
    String outline =
        position.counts() ? "outline:2px solid rgb(52,168,83);outline-offset:-2px;" : "";
    return ("<span style=\"background:%s;%sborder-radius:3px;padding:1px 4px;text-align:center;"
            + "font-family:monospace;line-height:1.25\">%s<br><small>%d</small><br>%s</span>")
        .formatted(
            SHADE.get(position.part()),
            outline,
            TableHtml.escape(token(position)),
            position.id(),
            position.counts()
                ? "<small><strong>" + position.target() + "</strong></small>"
                : "<small style=\"opacity:.55\">−100</small>");
  }

  /** A token's text, its spaces and line ends made visible. */
  private static String token(Position position) {
    return ExampleView.visible(position.token()).replace(' ', '·');
  }

  private static String shortened(String text) {
    String visible = text.replace("\r", "␍").replace("\n", "⏎\n");
    return visible.length() <= LONGEST_TEXT
        ? visible
        : visible.substring(0, LONGEST_TEXT / 2)
            + " … %s characters … ".formatted(count(visible.length() - LONGEST_TEXT))
            + visible.substring(visible.length() - LONGEST_TEXT / 2);
  }

  private static String form(ExampleView view) {
    return view.form().name().toLowerCase(Locale.ROOT) + " form";
  }

  private static String count(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String text(ExampleView view) {
    StringBuilder text = new StringBuilder(view.toString()).append('\n');
    for (Segment segment : view.segments()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-12s %,5d  %s\n",
              NAME.get(segment.part()),
              segment.tokens(),
              shortened(segment.text()).replace("⏎\n", "⏎")));
    }
    for (String other : view.example().answers().stream().skip(1).toList()) {
      text.append(String.format("%-12s        %s\n", "also good", ExampleView.visible(other)));
    }
    text.append(String.format("%8s  %-12s %6s %7s\n", "position", "reads", "id", "target"));
    int hidden = view.positions().size() - TEXT_HEAD - TEXT_TAIL;
    for (int i = 0; i < view.positions().size(); i++) {
      if (hidden > 0 && i == TEXT_HEAD) {
        text.append("       …\n");
        i += hidden;
      }
      Position position = view.positions().get(i);
      text.append(
          String.format(
              "%8d  %-12s %6d %7d\n", i, token(position), position.id(), position.target()));
    }
    return text.toString().stripTrailing();
  }
}
