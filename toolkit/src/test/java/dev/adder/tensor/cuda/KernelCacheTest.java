package dev.adder.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {

  private static final KernelSet KERNELS = new KernelSet("sum.cu", List.of("sum_parts<float>"));

  @TempDir Path folder;
  private final AtomicInteger compiled = new AtomicInteger();

  private CompiledKernels get(String... machine) {
    return new KernelCache(folder)
        .get(
            KERNELS,
            List.of(machine),
            () -> {
              compiled.incrementAndGet();
              return new CompiledKernels(
                  new byte[] {1, 2, 3}, Map.of("sum_parts<float>", "_Z9sum_parts"), "");
            });
  }

  @Test
  void kernels_are_compiled_once_for_a_machine() {
    get("sm_90", "driver 12080");
    CompiledKernels again = get("sm_90", "driver 12080");
    assertThat(again.image()).containsExactly(1, 2, 3);
    assertThat(again.names()).containsEntry("sum_parts<float>", "_Z9sum_parts");
    assertThat(compiled).hasValue(1);
    get("sm_90", "driver 12090");
    get("sm_80", "driver 12080");
    assertThat(compiled).hasValue(3);
  }

  @Test
  void a_damaged_file_is_compiled_again() throws IOException {
    get("sm_90");
    Path file = new KernelCache(folder).file(KERNELS, List.of("sm_90"));
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
    assertThat(get("sm_90").image()).containsExactly(1, 2, 3);
    Files.write(file, new byte[5]);
    get("sm_90");
    assertThat(compiled).hasValue(3);
    get("sm_90");
    assertThat(compiled).hasValue(3);
  }

  @Test
  void a_folder_that_cannot_be_written_costs_only_time() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    CompiledKernels kernels =
        new KernelCache(file)
            .get(KERNELS, List.of(), () -> new CompiledKernels(new byte[1], Map.of(), ""));
    assertThat(kernels.image()).hasSize(1);
  }

  @Test
  void a_missing_text_is_named() {
    assertThatThrownBy(() -> new KernelSet("scam.cu", List.of()).text())
        .hasMessage("There is no kernel text scam.cu.");
  }
}
