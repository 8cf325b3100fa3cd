package dev.adder.kotlin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Renderers;
import java.util.List;
import java.util.Map;
import kotlinx.serialization.json.JsonObject;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class AdderIntegrationTest {

  private static String json(MimeBundle bundle) {
    return AdderIntegration.result(bundle).toJson(new JsonObject(Map.of()), null).toString();
  }

  @Test
  void a_table_is_text_and_html() {
    Table table = Table.create("t", DoubleColumn.create("x", new double[] {1.5}));
    assertThat(json(Renderers.render(table)))
        .contains("\"text/html\":\"<table class=\\\"dataframe\\\"", "\"text/plain\":\"")
        .contains("1.5");
  }

  @Test
  void json_stays_json() {
    MimeBundle figure =
        MimeBundle.text("Figure")
            .with(MimeBundle.PLOTLY, Map.of("data", List.of(Map.of("y", List.of(1, 2.5)))));
    assertThat(json(figure))
        .contains("\"application/vnd.plotly.v1+json\":{\"data\":[{\"y\":[1,2.5]}]}");
  }
}
