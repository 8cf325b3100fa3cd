package dev.adder.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {

  @TempDir private Path folder;

  private Path zip(String name, Map<String, String> entries) throws IOException {
    Path file = folder.resolve(name);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return file;
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void only_what_is_wanted_is_unpacked() throws IOException {
    Path zip = zip("a.zip", Map.of("a/one.txt", "1", "a/two.txt", "2"));
    Archive.unpack(zip, folder.resolve("out"), name -> name.endsWith("one.txt"));
    assertThat(folder.resolve("out/a/one.txt")).hasContent("1");
    assertThat(folder.resolve("out/a/two.txt")).doesNotExist();
  }

  @Test
  void an_entry_that_leads_out_of_the_folder_is_refused_and_nothing_is_left() throws IOException {
    Path zip = zip("evil.zip", Map.of("../evil.txt", "x"));
    assertThatThrownBy(() -> Archive.unpack(zip, folder.resolve("out"), name -> true))
        .hasMessageContaining("evil.zip could not be unpacked")
        .hasMessageContaining("\"../evil.txt\" leads out of the folder");
    assertThat(left()).containsExactly("evil.zip");
  }

  @Test
  void a_damaged_archive_leaves_nothing_behind() throws IOException {
    Files.writeString(folder.resolve("b.tar.gz"), "no archive");
    Files.writeString(folder.resolve("b.7z"), "no archive");
    Files.writeString(folder.resolve("b.zip"), "no archive");
    for (String name : List.of("b.tar.gz", "b.7z", "b.zip")) {
      assertThatThrownBy(
              () -> Archive.unpack(folder.resolve(name), folder.resolve("out"), n -> true))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(name + " could not be unpacked");
    }
    Path zip = zip("c.zip", Map.of("c", "1"));
    assertThatThrownBy(() -> Archive.unpack(zip, folder.resolve("out"), n -> false))
        .hasMessageContaining("holds none of the files");
    assertThat(left()).containsExactly("b.7z", "b.tar.gz", "b.zip", "c.zip");
  }

  @Test
  void homes_follow_the_environment() throws IOException {
    Path user = Path.of("/home/ann");
    DataHome plain = DataHome.of(Map.of(), user);
    assertThat(plain.cache()).isEqualTo(Path.of("/home/ann/.cache/adder/data"));
    assertThat(plain.hub()).isEqualTo(Path.of("/home/ann/.cache/huggingface/hub"));
    assertThat(plain.offline()).isFalse();
    assertThat(DataHome.of(Map.of("ADDER_DATA", "/d", "ADDER_OFFLINE", "1"), user))
        .isEqualTo(new DataHome(Path.of("/d"), plain.hub(), true));
    assertThat(DataHome.of(Map.of("HF_HOME", "/hf", "HF_HUB_OFFLINE", "true"), user))
        .isEqualTo(new DataHome(plain.cache(), Path.of("/hf/hub"), true));
    assertThat(DataHome.of(Map.of("XDG_CACHE_HOME", "/c", "ADDER_OFFLINE", "false"), user))
        .isEqualTo(new DataHome(Path.of("/c/adder/data"), Path.of("/c/huggingface/hub"), false));
    assertThat(plain.withoutNetwork().offline()).isTrue();
    DataHome here = new DataHome(folder, folder, true);
    Path snapshots = folder.resolve("datasets--a--b/snapshots");
    List<Path> revisions = new ArrayList<>();
    for (String revision : List.of("1", "2", "3")) {
      revisions.add(Files.createDirectories(snapshots.resolve(revision)));
    }
    assertThat(here.snapshots("a/b", "2"))
        .containsExactly(revisions.get(1), revisions.get(0), revisions.get(2));
    assertThat(here.snapshots("a/c", "2")).isEmpty();
  }
}
