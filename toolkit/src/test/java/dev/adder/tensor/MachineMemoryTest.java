package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MachineMemoryTest {

  @TempDir private Path root;

  @BeforeEach
  void machine() throws IOException {
    write("proc/meminfo", "MemTotal:  32000 kB\nMemFree:  100 kB\nMemAvailable:  20000 kB\n");
  }

  private void write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  @Test
  void without_a_container_the_machine_says_what_is_available() {
    assertThat(MachineMemory.available(root)).hasValue(20_000 * 1024L);
  }

  @Test
  void a_container_without_a_limit_changes_nothing() throws IOException {
    write("sys/fs/cgroup/memory.max", "max\n");
    write("sys/fs/cgroup/memory.current", "1000\n");
    assertThat(MachineMemory.available(root)).hasValue(20_000 * 1024L);
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
    assertThat(MachineMemory.available(root)).hasValue(20_000 * 1024L);
  }

  @Test
  void a_smaller_limit_of_the_container_counts_and_its_cache_is_free() throws IOException {
    write("sys/fs/cgroup/memory.max", "9000000\n");
    write("sys/fs/cgroup/memory.current", "4000000\n");
    write("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 1000000\n");
    assertThat(MachineMemory.available(root)).hasValue(6_000_000);
  }

  @Test
  void an_older_container_counts_too() throws IOException {
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9000000\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "4000000\n");
    assertThat(MachineMemory.available(root)).hasValue(5_000_000);
  }

  @Test
  void a_system_that_does_not_tell_gives_no_number() {
    assertThat(MachineMemory.available(root.resolve("nowhere"))).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void this_process_has_a_size() {
    assertThat(MachineMemory.resident().orElseThrow()).isGreaterThan(10 << 20);
    assertThat(MachineMemory.peak().orElseThrow())
        .isGreaterThanOrEqualTo(MachineMemory.resident().orElseThrow() / 2);
    assertThat(MachineMemory.available()).isPresent();
  }
}
