package dev.adder.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFolderTest {

  @TempDir private Path temporary;
  private Path made;
  private Path among;

  @BeforeEach
  void make() throws IOException {
    made = Files.createDirectories(temporary.resolve("made"));
    Files.createDirectories(made.resolve("inner"));
    Files.writeString(made.resolve("inner/b.txt"), "two");
    Files.writeString(made.resolve("a.txt"), "one");
    among = temporary.resolve("cache/kept");
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> all = Files.list(among)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void the_same_files_are_kept_once_and_found_again() throws IOException {
    Path kept = KeptFolder.keep(made, among, "twin");
    assertThat(kept.getFileName().toString()).matches("twin-[0-9a-f]{16}");
    assertThat(kept.resolve("inner/b.txt")).hasContent("two");
    assertThat(KeptFolder.keep(made, among, "twin")).isEqualTo(kept);
    Files.writeString(made.resolve("a.txt"), "other");
    assertThat(KeptFolder.keep(made, among, "twin")).isNotEqualTo(kept);
    assertThat(kept()).hasSize(2).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void a_damaged_one_is_made_anew() throws IOException {
    Path kept = KeptFolder.keep(made, among, "twin");
    Files.writeString(kept.resolve("a.txt"), "damaged");
    assertThat(KeptFolder.keep(made, among, "twin").resolve("a.txt")).hasContent("one");
  }

  @Test
  void many_may_keep_the_same_at_once() throws IOException {
    assertThat(IntStream.range(0, 16).parallel().mapToObj(i -> keep()).distinct()).hasSize(1);
    assertThat(kept()).hasSize(1);
  }

  private Path keep() {
    try {
      return KeptFolder.keep(made, among, "twin");
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  void a_place_that_cannot_be_written_leaves_nothing_behind() throws IOException {
    Files.createDirectories(among.getParent());
    Files.writeString(among, "a file");
    assertThatThrownBy(() -> KeptFolder.keep(made, among, "twin")).isInstanceOf(IOException.class);
    KeptFolder.delete(made);
    assertThat(made).doesNotExist();
    KeptFolder.delete(made);
  }
}
