package dev.adder.jjava;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.notebook.MimeBundle;
import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;

class AdderExtensionTest {

  @Test
  void every_representation_of_a_bundle_is_handed_on() throws Exception {
    Map<String, Object> figure = Map.of("data", List.of(1, 2));
    DisplayData data =
        AdderExtension.data(MimeBundle.html("<b>x</b>", "x").with(MimeBundle.PLOTLY, figure));
    assertThat(data.getData(MIMEType.TEXT_PLAIN)).isEqualTo("x");
    assertThat(data.getData(MIMEType.TEXT_HTML)).isEqualTo("<b>x</b>");
    assertThat(data.getData(MIMEType.parse(MimeBundle.PLOTLY))).isEqualTo(figure);
  }
}
