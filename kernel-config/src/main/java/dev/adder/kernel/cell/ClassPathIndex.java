package dev.adder.kernel.cell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;

/**
 * Which classes can be named. It stands in for what the compiler and JShell would find out by
 * opening every archive and noting every class, at each start.
 */
final class ClassPathIndex {

  /** A class on the class path, for the compiler. */
  static final class ClassFile extends SimpleJavaFileObject {

    private final ClassContainer container;
    private final String packageName;
    private final String name;

    private ClassFile(ClassContainer container, String packageName, String name) {
      super(container.locate(packageName, name), JavaFileObject.Kind.CLASS);
      this.container = container;
      this.packageName = packageName;
      this.name = name;
    }

    /** Its name with package, such as {@code java.util.Map$Entry}. */
    String binaryName() {
      return packageName.isEmpty() ? name : packageName + "." + name;
    }

    @Override
    public InputStream openInputStream() throws IOException {
      return container.open(packageName, name);
    }
  }

  private final ClassContainer jdk = new ClassContainer.Jdk();
  private final Set<Path> added = new LinkedHashSet<>();
  private final List<ClassContainer> containers = new CopyOnWriteArrayList<>();

  /** The classes of packages of jars, by package; folders may change. */
  private final Map<String, List<ClassFile>> listed = new HashMap<>();

  /**
   * Of a class path.
   *
   * @param classPath as {@code java -cp} takes it; parts that are not there count for nothing
   */
  ClassPathIndex(String classPath) {
    add(classPath);
  }

  /** Adds the parts of a class path that are not yet in it. */
  synchronized void add(String classPath) {
    for (String part : classPath.split(File.pathSeparator)) {
      Path path = Path.of(part);
      if (added.add(path)) {
        ClassContainer.of(path).ifPresent(containers::add);
      }
    }
    listed.clear();
  }

  /** The classes of a package on the class path; of several of one name the first. */
  synchronized List<ClassFile> classes(String packageName) throws IOException {
    List<ClassFile> known = listed.get(packageName);
    if (known != null) {
      return known;
    }
    List<ClassFile> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    boolean lasting = true;
    for (ClassContainer container : containers) {
      if (container.holds(packageName)) {
        lasting &= container instanceof ClassContainer.Jar;
        for (String name : container.classes(packageName)) {
          if (names.add(name)) {
            found.add(new ClassFile(container, packageName, name));
          }
        }
      }
    }
    if (lasting && !found.isEmpty()) {
      listed.put(packageName, found);
    }
    return found;
  }

  /**
   * What could stand behind the beginning of a package's name, up to the next dot.
   *
   * @param beginning such as {@code java.ut}
   * @return such as {@code util.}
   */
  List<String> packages(String beginning) {
    int from = beginning.lastIndexOf('.') + 1;
    return all()
        .flatMap(container -> container.packages().stream())
        .filter(name -> name.startsWith(beginning))
        .map(name -> name.substring(from).replaceFirst("\\..*", "") + ".")
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * Public types of this simple name, by their full names, the JDK's first, of which java.util's.
   */
  List<String> named(String simpleName) {
    List<String> found = new ArrayList<>();
    try {
      for (ClassContainer container : all().toList()) {
        collect(container, simpleName, found);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException("The class path cannot be read.", unreadable);
    }
    return found.stream()
        .distinct()
        .sorted(
            Comparator.comparing((String name) -> !name.startsWith("java.util."))
                .thenComparing(name -> !name.startsWith("java."))
                .thenComparing(name -> name.chars().filter(c -> c == '.').count())
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static void collect(ClassContainer container, String simpleName, List<String> found)
      throws IOException {
    for (String packageName : container.packages()) {
      for (String name : container.classes(packageName)) {
        boolean named = name.equals(simpleName) || name.endsWith("$" + simpleName);
        if (named && isPublic(container, packageName, name)) {
          found.add(packageName + "." + name.replace('$', '.'));
        }
      }
    }
  }

  private Stream<ClassContainer> all() {
    return Stream.concat(Stream.of(jdk), containers.stream());
  }

  private static boolean isPublic(ClassContainer container, String packageName, String name)
      throws IOException {
    try (InputStream in = container.open(packageName, name)) {
      return (new ClassReader(in).getAccess() & Opcodes.ACC_PUBLIC) != 0;
    }
  }
}
