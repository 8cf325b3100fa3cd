package dev.adder.kernel.cell;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;
import org.jspecify.annotations.Nullable;

/**
 * The classes of cells. JShell wraps every statement in a class; most of them have loaders of their
 * own, so that they can be unloaded once nothing leads to them any more.
 */
final class CellClasses implements LoaderDelegate {

  /** A class that JShell has put around a statement; the user's own types are inside such a one. */
  private static final Pattern WRAPPER = Pattern.compile("REPL\\.\\$JShell\\$\\w+");

  private final Lasting lasting = new Lasting();

  /** What can be found by name. */
  private final Map<String, Class<?>> classes = new ConcurrentHashMap<>();

  /** Whether a class is a wrapper, by its binary name. */
  static boolean isWrapper(String name) {
    return WRAPPER.matcher(name).matches();
  }

  @Override
  public void load(ClassBytecodes[] loaded) throws ClassInstallException {
    boolean[] done = new boolean[loaded.length];
    try {
      ClassReferences references = new ClassReferences(loaded);
      Map<String, Class<?>> mentioned = mentioned(references);
      if (canPass(loaded, references, mentioned)) {
        Passing loader = new Passing(lasting, mentioned);
        for (int i = 0; i < loaded.length; i++) {
          classes.put(loaded[i].name(), loader.define(loaded[i]));
          done[i] = true;
        }
      } else {
        lasting.declare(loaded, mentioned);
        for (int i = 0; i < loaded.length; i++) {
          classes.put(loaded[i].name(), lasting.loadClass(loaded[i].name()));
          done[i] = true;
        }
      }
      for (ClassBytecodes one : loaded) {
        // What is wrong with a class shall come out now.
        var unused = classes.get(one.name()).getDeclaredMethods();
      }
    } catch (ClassNotFoundException | LinkageError refused) {
      throw new ClassInstallException("A class of a cell is refused: " + refused, done);
    }
  }

  /** The classes of other cells that these mention, so that they live as long. */
  private Map<String, Class<?>> mentioned(ClassReferences references) {
    Map<String, Class<?>> found = new HashMap<>();
    for (String name : references.mentioned()) {
      Class<?> known = classes.get(name);
      if (known != null) {
        found.put(name, known);
      }
    }
    return found;
  }

  /**
   * Whether classes can have a loader of their own: they are wrappers without types of the user,
   * and use nothing that only classes of the same loader may use.
   */
  private static boolean canPass(
      ClassBytecodes[] loaded, ClassReferences references, Map<String, Class<?>> mentioned) {
    for (ClassBytecodes one : loaded) {
      if (!isWrapper(one.name())) {
        return false;
      }
    }
    return references.areAllowedEverywhere(mentioned);
  }

  /** Lets a class be found by its name no longer; those that mention it keep it. */
  void forget(String name) {
    classes.remove(name);
  }

  /** The loader that cells' threads find services by: it knows what was added to the class path. */
  ClassLoader loader() {
    return lasting;
  }

  @Override
  public void classesRedefined(ClassBytecodes[] redefined) {
    throw new UnsupportedOperationException("Classes are replaced, not redefined.");
  }

  @Override
  public void addToClasspath(String classPath) throws InternalException {
    try {
      for (String part : classPath.split(File.pathSeparator)) {
        lasting.addURL(Path.of(part).toUri().toURL());
      }
    } catch (MalformedURLException impossible) {
      throw new InternalException(impossible.toString());
    }
  }

  @Override
  public Class<?> findClass(String name) throws ClassNotFoundException {
    Class<?> found = classes.get(name);
    if (found == null) {
      throw new ClassNotFoundException(name);
    }
    return found;
  }

  /** Types of the user, and libraries that were added: they stay as long as the notebook. */
  private final class Lasting extends URLClassLoader {

    private final Map<String, byte[]> declared = new HashMap<>();

    /** What these mention, so that it is found however late. */
    private final List<Map<String, Class<?>>> kept = new ArrayList<>();

    Lasting() {
      super(new URL[0]);
    }

    synchronized void declare(ClassBytecodes[] fresh, Map<String, Class<?>> mentioned) {
      for (ClassBytecodes one : fresh) {
        declared.put(one.name(), one.bytecodes());
      }
      if (!mentioned.isEmpty()) {
        kept.add(mentioned);
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (!name.startsWith("REPL.")) {
        return super.findClass(name);
      }
      byte[] bytes = declared.remove(name);
      if (bytes != null) {
        return defineClass(name, bytes, 0, bytes.length);
      }
      Class<?> known = known(name);
      if (known == null) {
        throw new ClassNotFoundException(name);
      }
      return known;
    }

    private @Nullable Class<?> known(String name) {
      Class<?> current = classes.get(name);
      for (int i = kept.size() - 1; current == null && i >= 0; i--) {
        current = kept.get(i).get(name);
      }
      return current;
    }

    @Override
    public void addURL(URL url) {
      super.addURL(url);
    }
  }

  /** Wrappers of one statement. */
  private static final class Passing extends ClassLoader {

    private final Map<String, Class<?>> mentioned;

    Passing(ClassLoader parent, Map<String, Class<?>> mentioned) {
      super(parent);
      this.mentioned = mentioned;
    }

    Class<?> define(ClassBytecodes one) {
      return defineClass(one.name(), one.bytecodes(), 0, one.bytecodes().length);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      Class<?> known = mentioned.get(name);
      if (known == null) {
        known = findLoadedClass(name);
      }
      return known == null ? super.loadClass(name, resolve) : known;
    }
  }
}
