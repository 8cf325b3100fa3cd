package dev.adder.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JupyterFoldersTest {

  private static final Path HOME = Path.of("/home/ada");

  @TempDir private Path folder;

  private static JupyterFolders on(String os, String... variables) {
    return variables.length == 0
        ? new JupyterFolders(os, Map.of(), HOME)
        : new JupyterFolders(os, Map.of(variables[0], variables[1]), HOME);
  }

  private static String user(String os, String... variables) {
    return on(os, variables).user().toString();
  }

  @Test
  void a_users_kernels_are_where_jupyter_looks_on_each_system() {
    assertThat(user("Linux")).isEqualTo("/home/ada/.local/share/jupyter/kernels");
    assertThat(user("Mac OS X")).isEqualTo("/home/ada/Library/Jupyter/kernels");
    assertThat(user("Windows 11", "APPDATA", "/users/ada/AppData/Roaming"))
        .isEqualTo("/users/ada/AppData/Roaming/jupyter/kernels");
    assertThat(user("Windows 11")).isEqualTo("/home/ada/.jupyter/data/kernels");
  }

  @Test
  void variables_move_them() {
    assertThat(user("Linux", "XDG_DATA_HOME", "/data")).isEqualTo("/data/jupyter/kernels");
    assertThat(user("Mac OS X", "XDG_DATA_HOME", "/data"))
        .isEqualTo("/home/ada/Library/Jupyter/kernels");
    for (String os : new String[] {"Linux", "Mac OS X", "Windows 11"}) {
      assertThat(user(os, "JUPYTER_DATA_DIR", "/mine")).isEqualTo("/mine/kernels");
      assertThat(user(os, "JUPYTER_DATA_DIR", "")).doesNotContain("mine");
    }
  }

  @Test
  void the_active_environment_is_the_prefix() throws IOException {
    for (String variable : new String[] {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
      assertThat(on("Linux", variable, "/venv").systemPrefix())
          .isEqualTo(Path.of("/venv/share/jupyter/kernels"));
    }
    assertThat(JupyterFolders.prefix(Path.of("/opt/python")))
        .isEqualTo(Path.of("/opt/python/share/jupyter/kernels"));
  }

  @Test
  void a_kernel_is_found_in_the_environment_it_was_installed_to() throws IOException {
    JupyterFolders folders =
        new JupyterFolders("Linux", Map.of("VIRTUAL_ENV", folder.toString()), folder);
    assertThat(folders.holding("found-here")).isEmpty();
    Path spec =
        KernelSpec.here().named("found-here", "Java").install(JupyterFolders.prefix(folder));
    assertThat(folders.holding("found-here")).containsExactly(spec);
  }

  @Test
  void another_kernel_of_the_same_name_stays() throws IOException {
    Files.createDirectories(folder.resolve("adder"));
    Path file = folder.resolve("adder/kernel.json");
    Files.writeString(file, "{\"argv\": [\"other\"]}");
    assertThatThrownBy(() -> KernelSpec.here().install(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds another kernel, which stays");
    assertThatThrownBy(() -> KernelSpec.uninstall(folder, "adder"))
        .hasMessageContaining("holds another kernel, which stays");
    assertThat(file).hasContent("{\"argv\": [\"other\"]}");
  }

  @Test
  void what_is_uninstalled_leaves_nothing_and_is_missed_the_next_time() throws IOException {
    Path spec = KernelSpec.here().install(folder);
    assertThat(KernelSpec.uninstall(folder, KernelSpec.NAME)).isEqualTo(spec).doesNotExist();
    assertThatThrownBy(() -> KernelSpec.uninstall(folder, KernelSpec.NAME))
        .hasMessage("There is no kernel \"adder\" in %s.", folder);
  }

  @Test
  void an_installed_kernelspec_is_read_as_jupyter_reads_it() throws IOException {
    KernelSpec written = KernelSpec.here().named("big", "Big Java").heap("3g");
    KernelSpec read = KernelSpec.read(written.install(folder));
    assertThat(read).isEqualTo(written);
    assertThat(read.command()).contains("-Xmx3g", KernelSpec.CONNECTION_FILE);
    assertThatThrownBy(() -> written.heap("much"))
        .hasMessageContaining("A heap of \"much\" is not understood");
    assertThatThrownBy(() -> written.named("a b", "Java"))
        .hasMessageContaining("\"a b\" cannot be");
  }
}
