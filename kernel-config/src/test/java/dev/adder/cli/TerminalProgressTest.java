package dev.adder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adder.training.ProgressListener;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {

  @Test
  void each_work_ends_with_its_own_name_also_inside_another() {
    StringWriter text = new StringWriter();
    TerminalProgress progress = new TerminalProgress(new PrintWriter(text));
    progress.begin("Grid", 2);
    progress.begin("Training", 10);
    progress.end("loss 0.5");
    ProgressListener quiet = progress.withoutEnd();
    quiet.begin("Claim", 3);
    quiet.end("not shown");
    progress.end("2 cells");
    assertThat(text.toString().lines()).containsExactly("Training: loss 0.5", "Grid: 2 cells");
  }
}
