package dev.adder.kernel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.adder.kernel.cell.CellEvaluator;
import dev.adder.kernel.cell.Completions;
import dev.adder.notebook.MimeBundle;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers what front ends ask about the kernel and about code that is being written. */
final class CodeRequests {

  private final CompletableFuture<CellEvaluator> evaluator;

  CodeRequests(CompletableFuture<CellEvaluator> evaluator) {
    this.evaluator = evaluator;
  }

  ObjectNode complete(ObjectNode request) {
    String code = request.path("code").asText();
    int cursor = position(request, code);
    Completions found = evaluator.join().complete(code, cursor);
    int from = code.codePointCount(0, found.from());
    int to = code.codePointCount(0, cursor);
    ObjectNode reply = ok().put("cursor_start", from).put("cursor_end", to);
    ArrayNode matches = reply.putArray("matches");
    ArrayNode types = reply.putObject("metadata").putArray("_jupyter_types_experimental");
    for (Completions.Item item : found.items()) {
      matches.add(item.text());
      ObjectNode type = types.addObject().put("text", item.text()).put("type", item.kind());
      type.put("start", from).put("end", to);
    }
    return reply;
  }

  ObjectNode inspect(ObjectNode request) {
    String code = request.path("code").asText();
    String text = evaluator.join().inspect(code, position(request, code));
    ObjectNode reply = ok().put("found", !text.isEmpty());
    ObjectNode data = reply.putObject("data");
    if (!text.isEmpty()) {
      data.put(MimeBundle.TEXT, text);
    }
    reply.set("metadata", Wire.object());
    return reply;
  }

  /** Jupyter counts code points, Java counts UTF-16 units. */
  private static int position(ObjectNode request, String code) {
    int all = code.codePointCount(0, code.length());
    int points = Math.max(0, request.path("cursor_pos").asInt(all));
    return code.offsetByCodePoints(0, Math.min(points, all));
  }

  ObjectNode isComplete(ObjectNode request) {
    String status = evaluator.join().completeness(request.path("code").asText());
    ObjectNode reply = Wire.object().put("status", status);
    return status.equals("incomplete") ? reply.put("indent", "    ") : reply;
  }

  /**
   * What the kernel is.
   *
   * @param restarted why it was started again; empty if it was not
   */
  static ObjectNode kernelInfo(Optional<String> restarted) {
    ObjectNode reply = ok().put("protocol_version", Wire.PROTOCOL);
    reply.put("implementation", "adder").put("implementation_version", "0.1.0");
    String banner =
        "Adder: fine-tuning state space models, in Java " + System.getProperty("java.version");
    reply.put("banner", banner + restarted.map(why -> "\n" + why).orElse(""));
    reply.put("debugger", false);
    reply.set("language_info", languageInfo());
    reply.putArray("help_links");
    reply.putArray("supported_features");
    return reply;
  }

  /** What notebooks say of their language. */
  static ObjectNode languageInfo() {
    ObjectNode language = Wire.object().put("name", "java");
    language.put("version", System.getProperty("java.specification.version"));
    language.put("mimetype", "text/x-java").put("file_extension", ".java");
    return language.put("pygments_lexer", "java").put("codemirror_mode", "text/x-java");
  }

  private static ObjectNode ok() {
    return Wire.object().put("status", "ok");
  }
}
