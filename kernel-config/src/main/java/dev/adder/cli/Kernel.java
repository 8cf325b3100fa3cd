package dev.adder.cli;

import dev.adder.kernel.ClassArchive;
import dev.adder.kernel.JupyterFolders;
import dev.adder.kernel.KernelCheck;
import dev.adder.kernel.KernelSpec;
import dev.adder.kernel.Wheel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What concerns the kernel. */
@Command(
    name = "kernel",
    description = "Installs the Java kernel for Jupyter, removes it, or packs it.",
    mixinStandardHelpOptions = true)
final class Kernel {

  @Spec private CommandSpec spec;

  /** Where Jupyter shall find the kernel; one of them. */
  static final class Place {

    @Option(names = "--user", description = "For you, in every Jupyter you run (the default).")
    private boolean user;

    @Option(
        names = "--prefix",
        paramLabel = "FOLDER",
        converter = CallersPath.class,
        description = "For one Python environment, such as a virtual environment.")
    private @Nullable Path prefix;

    @Option(
        names = "--sys-prefix",
        description = "For the Python environment that is active, or that python3 belongs to.")
    private boolean systemPrefix;

    Path kernels(JupyterFolders folders) throws IOException {
      if (prefix != null) {
        return JupyterFolders.prefix(prefix);
      }
      return systemPrefix ? folders.systemPrefix() : folders.user();
    }

    /** The option as the user would repeat it. */
    String option() {
      if (prefix != null) {
        return " --prefix " + prefix;
      }
      return systemPrefix ? " --sys-prefix" : "";
    }
  }

  @Command(
      name = "install",
      description =
          "Writes the kernelspec, archives the classes the kernel starts with, and runs a cell in it.",
      footer = {
        "",
        "The kernel runs from this checkout: install it again after moving the folder or",
        "changing the JDK. A package that needs no checkout: ./adder kernel wheel."
      },
      mixinStandardHelpOptions = true)
  int install(
      @ArgGroup(exclusive = true) @Nullable Place place,
      @Option(
              names = "--name",
              defaultValue = KernelSpec.NAME,
              description = "What notebooks call it (default: ${DEFAULT-VALUE}).")
          String name,
      @Option(
              names = "--display-name",
              defaultValue = KernelSpec.DISPLAY_NAME,
              description = "What a person sees (default: ${DEFAULT-VALUE}).")
          String displayName,
      @Option(
              names = "--heap",
              paramLabel = "SIZE",
              defaultValue = "768m",
              description = "Largest Java heap (default: ${DEFAULT-VALUE}); tensors are beside it.")
          String heap,
      @Option(names = "--no-check", description = "Run no cell, and archive no classes.")
          boolean unchecked)
      throws IOException {
    Place where = place == null ? new Place() : place;
    KernelSpec kernel = KernelSpec.here().named(name, displayName).heap(heap).archived();
    Path folder = kernel.install(where.kernels(JupyterFolders.here()));
    PrintWriter out = spec.commandLine().getOut();
    out.println("Installed the kernel \"" + displayName + "\" in " + folder);
    out.flush();
    if (!unchecked) {
      check(folder, out);
    }
    String rest = name.equals(KernelSpec.NAME) ? "" : " --name " + name;
    out.println("Remove it with: ./adder kernel uninstall" + where.option() + rest);
    return 0;
  }

  private static void check(Path folder, PrintWriter out) throws IOException {
    try {
      if (!ClassArchive.isCurrent(folder)) {
        archive(folder, out);
      }
      out.printf(
          Locale.ROOT,
          "Checked: a cell ran in it, on Java %s, %.1f s after its start.%n",
          System.getProperty("java.version"),
          KernelCheck.run(folder));
    } catch (IOException failure) {
      throw new IOException(
          "The kernel was written to %s, but no cell runs in it: %s"
              .formatted(folder, failure.getMessage()),
          failure);
    }
  }

  private static void archive(Path folder, PrintWriter out) throws IOException {
    long bytes = ClassArchive.make(folder);
    out.println(
        bytes == 0
            ? "No archive of its classes could be made: the kernel starts a little slower."
            : "Archived the classes it starts with (%d MB).".formatted(bytes >> 20));
    out.flush();
  }

  @Command(
      name = "uninstall",
      description = "Removes the kernelspec.",
      mixinStandardHelpOptions = true)
  int uninstall(
      @ArgGroup(exclusive = true) @Nullable Place place,
      @Option(
              names = "--name",
              defaultValue = KernelSpec.NAME,
              description = "What notebooks call it (default: ${DEFAULT-VALUE}).")
          String name)
      throws IOException {
    JupyterFolders folders = JupyterFolders.here();
    Path kernels = (place == null ? new Place() : place).kernels(folders);
    Path removed;
    try {
      removed = KernelSpec.uninstall(kernels, name);
    } catch (IOException missing) {
      List<Path> elsewhere = folders.holding(name);
      if (elsewhere.isEmpty()) {
        throw missing;
      }
      throw new IOException(
          missing.getMessage()
              + " It is in "
              + elsewhere.stream().map(Path::toString).collect(Collectors.joining(", "))
              + ": choose with --user, --prefix or --sys-prefix.",
          missing);
    }
    spec.commandLine().getOut().println("Removed the kernel \"" + name + "\" from " + removed);
    return 0;
  }

  @Command(
      name = "wheel",
      description = "Writes the kernel as a package for pip, which needs no checkout.",
      footer = {
        "",
        "The package holds the kernelspec and all libraries for this platform; where it is",
        "installed it needs a JDK of version 17 or newer, from JAVA_HOME or the path."
      },
      mixinStandardHelpOptions = true)
  int wheel(
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FOLDER",
              defaultValue = ".",
              converter = CallersPath.class,
              description = "Where to write it (default: here).")
          Path output)
      throws IOException {
    Path file = Wheel.here(Main.VERSION).write(output);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "Wrote %s (%d MB).%n", file, Files.size(file) >> 20);
    out.println("Install it with: pip install " + file);
    return 0;
  }
}
