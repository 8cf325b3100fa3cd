package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickModelTest {

  @TempDir private Path cache;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void it_is_unpacked_once_and_a_damaged_file_is_written_anew() throws IOException {
    Path folder = QuickModel.unpack(cache);
    assertThat(names(folder)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    Path weights = folder.resolve("model.safetensors");
    byte[] content = Files.readAllBytes(weights);
    FileTime old = FileTime.fromMillis(0);
    Files.setLastModifiedTime(weights, old);
    Files.writeString(folder.resolve("config.json"), "cut");
    assertThat(QuickModel.unpack(cache)).isEqualTo(folder);
    assertThat(Files.getLastModifiedTime(weights)).isEqualTo(old);
    assertThat(folder.resolve("config.json")).content().startsWith("{").isNotEqualTo("cut");
    assertThat(Files.readAllBytes(weights)).isEqualTo(content);
    assertThat(names(folder)).hasSize(3);
    assertThat(names(cache)).hasSize(1);
  }

  @Test
  void jvms_share_one_folder_that_stays() throws IOException {
    Path folder = QuickModel.folder();
    assertThat(QuickModel.folder()).isEqualTo(folder);
    assertThat(folder.getFileName().toString()).matches("[0-9a-f]{16}");
    assertThat(folder.getParent().endsWith("adder/quick")).isTrue();
  }
}
