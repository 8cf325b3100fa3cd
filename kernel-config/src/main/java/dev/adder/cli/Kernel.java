package dev.adder.cli;

import dev.adder.kernel.KernelSpec;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What concerns the kernel. */
@Command(
    name = "kernel",
    description = "Installs the Java kernel for Jupyter.",
    mixinStandardHelpOptions = true)
final class Kernel {

  @Spec private CommandSpec spec;

  @Command(
      name = "install",
      description = "Writes the kernelspec below a prefix.",
      mixinStandardHelpOptions = true)
  int install(
      @Option(
              names = "--prefix",
              description =
                  "An environment such as a virtual environment; your own (~/.local) if not said.")
          Path prefix)
      throws IOException {
    Path target = prefix == null ? Path.of(System.getProperty("user.home"), ".local") : prefix;
    Path folder = KernelSpec.install(target);
    spec.commandLine()
        .getOut()
        .println("Installed the kernel " + KernelSpec.DISPLAY_NAME + " in " + folder);
    return 0;
  }
}
