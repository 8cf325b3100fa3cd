package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WheelTest {

  @TempDir private Path folder;

  private Wheel wheel() throws IOException {
    Path libraries = Files.createDirectories(folder.resolve("lib"));
    Files.writeString(libraries.resolve("adder-kernel.jar"), "a jar");
    Files.writeString(libraries.resolve("pytorch-native-cpu-2.7.1-linux-x86_64.jar"), "native");
    Files.writeString(libraries.resolve("notes.txt"), "no jar");
    return new Wheel(libraries, "1.2.3", Wheel.platform(libraries));
  }

  @Test
  void it_holds_the_kernelspec_with_its_jars_and_records_every_file() throws Exception {
    Path file = wheel().write(folder.resolve("out"));
    assertThat(file).hasFileName("adder_kernel-1.2.3-py3-none-manylinux_2_34_x86_64.whl");
    String spec = "adder_kernel-1.2.3.data/data/share/jupyter/kernels/adder/";
    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<String> names = Collections.list(zip.entries()).stream().map(ZipEntry::getName).toList();
      assertThat(names)
          .contains(spec + "kernel.json", spec + "start.py", spec + "lib/adder-kernel.jar")
          .contains("adder_kernel-1.2.3.dist-info/METADATA", "adder_kernel/papermill_java.py")
          .noneMatch(name -> name.contains("notes"))
          .last()
          .isEqualTo("adder_kernel-1.2.3.dist-info/RECORD");
      String record = text(zip, "adder_kernel-1.2.3.dist-info/RECORD");
      assertThat(record.lines()).hasSameSizeAs(names);
      for (String name : names.subList(0, names.size() - 1)) {
        byte[] content = zip.getInputStream(zip.getEntry(name)).readAllBytes();
        String hash =
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
        assertThat(record.lines())
            .contains("%s,sha256=%s,%d".formatted(name, hash, content.length));
      }
      assertThat(Wire.JSON.readTree(text(zip, spec + "kernel.json")).path("argv").toString())
          .startsWith("[\"python\",\"{resource_dir}/start.py\",\"-Xms")
          .endsWith(
              "\"{resource_dir}/lib/*\",\"dev.adder.kernel.KernelMain\",\"{connection_file}\"]");
    }
  }

  private static String text(ZipFile zip, String name) throws IOException {
    return new String(
        zip.getInputStream(zip.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void the_same_libraries_give_the_same_bytes() throws IOException {
    byte[] once = Files.readAllBytes(wheel().write(folder.resolve("once")));
    assertThat(Files.readAllBytes(wheel().write(folder.resolve("again")))).isEqualTo(once);
  }

  @Test
  void libraries_without_an_engine_are_refused() {
    assertThatThrownBy(() -> Wheel.platform(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no native engine");
  }
}
