package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotebookOutputsTest {

  private final ObjectNode cell = Wire.JSON.createObjectNode();
  private final NotebookOutputs outputs =
      new NotebookOutputs(
          new RunListener() {
            @Override
            public void begin(int cells) {}

            @Override
            public void cell(int number, String firstLine) {}

            @Override
            public void output(String line) {}
          });

  NotebookOutputsTest() {
    cell.putArray("outputs");
  }

  private void take(String type, ObjectNode content) {
    ObjectNode header = object().put("msg_type", type);
    outputs.take(new Wire.Message(List.of(), header, object(), content), cell);
  }

  private static ObjectNode object() {
    return Wire.JSON.createObjectNode();
  }

  private void print(String text) {
    take("stream", object().put("name", "stdout").put("text", text));
  }

  private String text() {
    assertThat(cell.path("outputs")).hasSize(1);
    return cell.path("outputs").path(0).path("text").asText();
  }

  @Test
  void a_carriage_return_begins_its_line_anew_also_across_messages() {
    print("one\n10 %\r20 %");
    print("\r100 %");
    print("\r");
    assertThat(text()).isEqualTo("one\n100 %\r");
    print("done\r\nnext\n");
    assertThat(text()).isEqualTo("one\ndone\nnext\n");
  }

  @Test
  void cleared_output_goes_at_once_or_with_the_next() {
    print("old");
    take("clear_output", object().put("wait", true));
    assertThat(text()).isEqualTo("old");
    print("new");
    assertThat(text()).isEqualTo("new");
    take("clear_output", object().put("wait", false));
    assertThat(cell.path("outputs")).isEmpty();
  }
}
