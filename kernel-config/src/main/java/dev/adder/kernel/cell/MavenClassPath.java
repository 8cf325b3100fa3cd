package dev.adder.kernel.cell;

import dev.adder.data.files.DataHome;
import dev.adder.notebook.Environment;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Libraries from Maven's repositories on the class path. The {@code mvn} command resolves them,
 * with the user's own settings (mirrors, proxies, credentials): first from the local repository
 * alone, and over the network only if something is missing there.
 *
 * <p>A library that is loaded already stays as it is; a second version of it would break both.
 */
final class MavenClassPath {

  private static final Pattern COORDINATES = Pattern.compile("[\\w.-]+:[\\w.-]+(:[\\w.-]+){1,3}");
  private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[\\w.+-]*)\\.jar");
  private static final Pattern COLOURS = Pattern.compile("\u001B\\[[\\d;]*m");

  /** What Maven says last in its sentence of several parts. */
  private static final String CAUSE = "^.*(Could not (find|transfer) artifact |Cannot access )";

  private static final String GOAL =
      "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

  private final CellShell shell;

  /** All that was asked for, so that Maven settles versions over the whole. */
  private final List<String> asked = new ArrayList<>();

  /** Addresses by name, which are looked into before Maven Central. */
  private final Map<String, String> repositories = new LinkedHashMap<>();

  MavenClassPath(CellShell shell) {
    this.shell = shell;
  }

  /**
   * Adds a repository.
   *
   * @param name as a mirror or credentials in the user's settings call it
   * @param address of its root; https:, or file: for a folder
   */
  void addRepository(String name, String address) {
    if (!name.matches("[\\w.-]+") || !address.matches("[a-z]+:/\\S*[^\\s<>&]")) {
      throw new MagicException(
          "\"%s %s\" is no repository. Write a name and an address: %%mavenRepo company https://repo.example.org/maven2"
              .formatted(name, address));
    }
    repositories.put(name, address);
  }

  /**
   * Resolves libraries and what they need, and adds what is new.
   *
   * @param coordinates each group:artifact[:extension[:classifier]]:version
   * @return what was done, for the reader
   */
  String add(List<String> coordinates) throws IOException, InterruptedException {
    for (String coordinate : coordinates) {
      if (!COORDINATES.matcher(coordinate).matches()) {
        throw new MagicException(
            "\"%s\" names no library. Write group:artifact:version, such as org.apache.commons:commons-math3:3.6.1."
                .formatted(coordinate));
      }
    }
    List<String> all = new ArrayList<>(asked);
    all.addAll(coordinates);
    Map<String, String> loaded = loaded();
    List<Path> fresh = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    for (Path jar : resolve(all)) {
      Matcher name = JAR.matcher(jar.getFileName().toString());
      String version = name.matches() ? loaded.get(name.group(1)) : null;
      if (version == null) {
        fresh.add(jar);
      } else if (!version.equals(name.group(2))) {
        kept.add("%s stays at %s (asked for: %s)".formatted(name.group(1), version, name.group(2)));
      }
    }
    fresh.forEach(shell::addToClassPath);
    asked.clear();
    asked.addAll(all);
    String added =
        fresh.isEmpty()
            ? "Nothing to add; all is on the class path."
            : "Added: "
                + String.join(", ", fresh.stream().map(p -> p.getFileName().toString()).toList());
    return kept.isEmpty() ? added : added + "\nLoaded already: " + String.join("; ", kept);
  }

  /** Versions of the jars on the class path by artifact. */
  private Map<String, String> loaded() {
    Map<String, String> versions = new LinkedHashMap<>();
    List<String> jars =
        new ArrayList<>(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
    shell.addedToClassPath().forEach(path -> jars.add(path.toString()));
    for (String jar : jars) {
      Matcher name = JAR.matcher(String.valueOf(Path.of(jar).getFileName()));
      if (name.matches()) {
        versions.putIfAbsent(name.group(1), name.group(2));
      }
    }
    return versions;
  }

  private List<Path> resolve(List<String> coordinates) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("adder-maven");
    try {
      Files.writeString(folder.resolve("pom.xml"), pom(coordinates));
      Path result = folder.resolve("classpath");
      String said = maven(folder, result, true);
      boolean alone = DataHome.of(Environment.all()).offline();
      if (!Files.exists(result) && !alone) {
        said = maven(folder, result, false);
      }
      if (!Files.exists(result)) {
        throw new MagicException(
            "%s cannot be had. %s%s"
                .formatted(
                    String.join(", ", coordinates),
                    alone
                        ? "Only the local repository was looked into, since %s is set. "
                            .formatted(DataHome.OFFLINE)
                        : "",
                    firstError(said)));
      }
      String text = Files.readString(result).strip();
      List<Path> jars = new ArrayList<>();
      for (String jar : text.isEmpty() ? new String[0] : text.split(File.pathSeparator)) {
        jars.add(Path.of(jar));
      }
      return jars;
    } finally {
      for (String file : List.of("pom.xml", "classpath", "log")) {
        Files.deleteIfExists(folder.resolve(file));
      }
      Files.deleteIfExists(folder);
    }
  }

  private String pom(List<String> coordinates) {
    StringBuilder dependencies = new StringBuilder();
    for (String coordinate : coordinates) {
      String[] parts = coordinate.split(":");
      dependencies.append("<dependency><groupId>").append(parts[0]);
      dependencies.append("</groupId><artifactId>").append(parts[1]).append("</artifactId>");
      dependencies.append("<version>").append(parts[parts.length - 1]).append("</version>");
      if (parts.length > 3) {
        dependencies.append("<type>").append(parts[2]).append("</type>");
      }
      if (parts.length > 4) {
        dependencies.append("<classifier>").append(parts[3]).append("</classifier>");
      }
      dependencies.append("</dependency>");
    }
    StringBuilder places = new StringBuilder();
    repositories.forEach(
        (name, address) ->
            places.append(
                "<repository><id>%s</id><url>%s</url></repository>".formatted(name, address)));
    return """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <groupId>notebook</groupId><artifactId>notebook</artifactId><version>1</version>
      <packaging>pom</packaging>
      <repositories>%s</repositories>
      <dependencies>%s</dependencies>
    </project>
    """
        .formatted(places, dependencies);
  }

  /** Runs Maven; returns what it printed. */
  private static String maven(Path folder, Path result, boolean offline)
      throws IOException, InterruptedException {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win");
    List<String> command = new ArrayList<>();
    command.add(windows ? "mvn.cmd" : "mvn");
    command.add("-B");
    command.add("-q");
    if (offline) {
      command.add("-o");
    }
    command.add(GOAL);
    command.add("-Dmdep.outputFile=" + result);
    command.add("-Dmdep.includeScope=runtime");
    Path log = folder.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // With what %env has set, such as MAVEN_OPTS for a proxy.
    builder.environment().putAll(Environment.all());
    Process process;
    try {
      process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException missing) {
      throw new MagicException(
          "%maven needs the command mvn, which was not found. Install Maven, or add jars by"
              + " %classpath.");
    }
    try {
      process.waitFor();
    } finally {
      process.destroy();
    }
    return Files.readString(log);
  }

  /** What failed, without the project that only carries the question. */
  private static String firstError(String output) {
    return COLOURS
        .matcher(output)
        .replaceAll("")
        .lines()
        .filter(line -> line.startsWith("[ERROR]"))
        .map(line -> line.substring("[ERROR]".length()).strip())
        .filter(line -> !line.isEmpty())
        .findFirst()
        .map(line -> "Maven says: " + line.replaceAll(" -> \\[Help.*$", "").replaceAll(CAUSE, "$1"))
        .orElse("Maven gave no reason.");
  }
}
