package dev.adder.kernel.cell;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Where classes are: a jar, a folder, or the JDK. It knows its packages; of a package it lists the
 * classes when it is asked.
 */
interface ClassContainer {

  /** The names of its packages, with dots. */
  Set<String> packages();

  /** Whether it holds classes of a package. */
  boolean holds(String packageName);

  /** The classes of a package by their simple binary names, such as {@code Map$Entry}. */
  List<String> classes(String packageName) throws IOException;

  /** The content of a class. */
  InputStream open(String packageName, String name) throws IOException;

  /** Where a class is. */
  URI locate(String packageName, String name);

  /** What a part of a class path stands for; empty if there is nothing, or no archive. */
  static Optional<ClassContainer> of(Path path) {
    if (Files.isDirectory(path)) {
      return Optional.of(new Folder(path));
    }
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Jar(path));
    } catch (ZipException noArchive) {
      return Optional.empty();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(path + " cannot be read.", unreadable);
    }
  }

  private static String file(String packageName, String name) {
    return folder(packageName) + name + ".class";
  }

  /** The path of a package, with a slash at its end. */
  private static String folder(String packageName) {
    return packageName.isEmpty() ? "" : packageName.replace('.', '/') + "/";
  }

  private static List<String> classFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .filter(name -> !name.contains("-"))
          .toList();
    }
  }

  /** A jar; it stays open, as it does for those who load its classes. */
  final class Jar implements ClassContainer {

    private final Path path;
    private final JarFile jar;
    private final Set<String> packages = new HashSet<>();

    Jar(Path path) throws IOException {
      this.path = path;
      jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ, Runtime.version());
      String last = "-";
      for (var entries = jar.entries(); entries.hasMoreElements(); ) {
        String name = entries.nextElement().getName();
        int end = name.lastIndexOf('/');
        boolean sameFolder = end == last.length() && name.startsWith(last);
        if (!sameFolder && end > 0 && name.endsWith(".class")) {
          last = name.substring(0, end);
          packages.add(last.replace('/', '.'));
        }
      }
      // Versions of classes for newer JDKs are found under their usual names.
      packages.removeIf(name -> name.contains("-"));
    }

    @Override
    public Set<String> packages() {
      return packages;
    }

    @Override
    public boolean holds(String packageName) {
      return packages.contains(packageName);
    }

    @Override
    public List<String> classes(String packageName) {
      String folder = folder(packageName);
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith(folder) && name.endsWith(".class"))
          .map(name -> name.substring(folder.length(), name.length() - ".class".length()))
          .filter(name -> name.indexOf('/') < 0 && name.indexOf('-') < 0)
          .toList();
    }

    @Override
    public InputStream open(String packageName, String name) throws IOException {
      return jar.getInputStream(jar.getJarEntry(file(packageName, name)));
    }

    @Override
    public URI locate(String packageName, String name) {
      return URI.create(path.toUri() + "/" + file(packageName, name));
    }
  }

  /** A folder of classes, which may change at any time. */
  final class Folder implements ClassContainer {

    private final Path root;

    Folder(Path root) {
      this.root = root;
    }

    @Override
    public Set<String> packages() {
      try (Stream<Path> files = Files.walk(root)) {
        return files
            .filter(file -> file.toString().endsWith(".class"))
            .map(file -> root.relativize(file.getParent()).toString())
            .map(name -> name.replace(root.getFileSystem().getSeparator(), "."))
            .filter(name -> !name.contains("-"))
            .collect(Collectors.toSet());
      } catch (IOException unreadable) {
        throw new UncheckedIOException(root + " cannot be read.", unreadable);
      }
    }

    @Override
    public boolean holds(String packageName) {
      return Files.isDirectory(root.resolve(folder(packageName)));
    }

    @Override
    public List<String> classes(String packageName) throws IOException {
      return classFiles(root.resolve(folder(packageName)));
    }

    @Override
    public InputStream open(String packageName, String name) throws IOException {
      return Files.newInputStream(root.resolve(file(packageName, name)));
    }

    @Override
    public URI locate(String packageName, String name) {
      return root.resolve(file(packageName, name)).toUri();
    }
  }

  /** What the JDK's modules export to everybody. */
  final class Jdk implements ClassContainer {

    private final FileSystem modules = FileSystems.getFileSystem(URI.create("jrt:/"));

    @Override
    public Set<String> packages() {
      return ModuleLayer.boot().modules().stream()
          .flatMap(module -> module.getDescriptor().exports().stream())
          .filter(exported -> !exported.isQualified())
          .map(exported -> exported.source())
          .collect(Collectors.toSet());
    }

    private Optional<Path> folderOf(String packageName) {
      return ModuleLayer.boot().modules().stream()
          .filter(module -> module.getPackages().contains(packageName))
          .filter(module -> module.isExported(packageName))
          .map(module -> modules.getPath("modules", module.getName(), folder(packageName)))
          .findFirst();
    }

    @Override
    public boolean holds(String packageName) {
      return folderOf(packageName).isPresent();
    }

    @Override
    public List<String> classes(String packageName) throws IOException {
      Optional<Path> folder = folderOf(packageName);
      return folder.isPresent() ? classFiles(folder.get()) : List.of();
    }

    private Path path(String packageName, String name) {
      return folderOf(packageName).orElseThrow().resolve(name + ".class");
    }

    @Override
    public InputStream open(String packageName, String name) throws IOException {
      return Files.newInputStream(path(packageName, name));
    }

    @Override
    public URI locate(String packageName, String name) {
      return path(packageName, name).toUri();
    }
  }
}
