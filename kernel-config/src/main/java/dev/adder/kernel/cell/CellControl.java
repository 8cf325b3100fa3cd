package dev.adder.kernel.cell;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import jdk.jshell.execution.DirectExecutionControl;
import org.jspecify.annotations.Nullable;

/**
 * Runs JShell's snippets in this JVM: keeps the live result objects, weaves the stop check in, and
 * lets go of values nobody can name any more.
 */
final class CellControl extends DirectExecutionControl {

  private final CellClasses classes;

  /** Where the value of each variable lives, temporary ones ($1, $2, …) included. */
  private final Map<String, Field> variables = new HashMap<>();

  /** Classes loaded since {@link #settle}. */
  private final List<Class<?>> fresh = new ArrayList<>();

  private final Object lock = new Object();
  private @Nullable Thread running;
  private @Nullable Object result;
  private @Nullable Throwable thrown;

  CellControl(CellClasses classes) {
    super(classes);
    this.classes = classes;
  }

  @Override
  public void load(ClassBytecodes[] classes)
      throws ClassInstallException, NotImplementedException, EngineTerminationException {
    super.load(
        Arrays.stream(classes)
            .map(c -> new ClassBytecodes(c.name(), StopGuard.weave(c.bytecodes())))
            .toArray(ClassBytecodes[]::new));
    for (ClassBytecodes loaded : classes) {
      try {
        fresh.add(findClass(loaded.name()));
      } catch (ClassNotFoundException impossible) {
        throw new IllegalStateException("A class was loaded and is not there.", impossible);
      }
    }
  }

  @Override
  public void redefine(ClassBytecodes[] classes) throws ClassInstallException {
    // JShell answers this by loading the classes anew under another name.
    throw new ClassInstallException(
        "Classes are replaced, not redefined.", new boolean[classes.length]);
  }

  @Override
  protected String invoke(Method doit) throws Exception {
    result = null;
    thrown = null;
    // Services on jars that were added later are found through this.
    Thread.currentThread().setContextClassLoader(classes.loader());
    try {
      result = interruptibly(() -> doit.invoke(null));
      return "";
    } catch (InvocationTargetException failure) {
      thrown = failure.getCause();
      throw failure;
    }
  }

  /**
   * Runs code of the user, which {@link #wake} reaches. Nothing else may be interrupted: an
   * interrupt in the compiler would close its files for good.
   */
  <T> T interruptibly(Callable<T> code) throws Exception {
    synchronized (lock) {
      running = Thread.currentThread();
    }
    try {
      return code.call();
    } finally {
      synchronized (lock) {
        running = null;
        Thread.interrupted();
      }
    }
  }

  /** Wakes the running code, if there is some, from whatever it waits for. */
  void wake() {
    synchronized (lock) {
      if (running != null) {
        running.interrupt();
      }
    }
  }

  /** What the running code of the user is doing, innermost call first; empty if none runs. */
  StackTraceElement[] whereabouts() {
    synchronized (lock) {
      return running == null ? new StackTraceElement[0] : running.getStackTrace();
    }
  }

  /**
   * Lets go of the values of variables that have been declared anew, once a snippet has ended.
   *
   * @return the names of the classes that were loaded for it
   */
  List<String> settle() {
    List<String> names = fresh.stream().map(Class::getName).toList();
    for (Class<?> wrapper : fresh) {
      for (Field field : wrapper.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
          Field before = variables.put(field.getName(), field);
          if (before != null && before.getDeclaringClass() != wrapper) {
            clear(before);
          }
        }
      }
    }
    fresh.clear();
    return names;
  }

  /** Lets go of a variable's value. */
  void forget(String variable) {
    Field field = variables.remove(variable);
    if (field != null) {
      clear(field);
    }
  }

  /** The value of a variable; null if there is none. */
  @Nullable Object value(String variable) {
    Field field = variables.get(variable);
    try {
      if (field == null) {
        return null;
      }
      field.setAccessible(true);
      return field.get(null);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException("A variable of a cell cannot be read.", impossible);
    }
  }

  private static void clear(Field field) {
    if (field.getType().isPrimitive() || Modifier.isFinal(field.getModifiers())) {
      return;
    }
    try {
      field.setAccessible(true);
      field.set(null, null);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException("A variable of a cell cannot be cleared.", impossible);
    }
  }

  /** What the last snippet returned. */
  @Nullable Object result() {
    return result;
  }

  /** What the last snippet threw. */
  @Nullable Throwable thrown() {
    return thrown;
  }

  /** Forgets result and exception, so that nothing keeps them alive. */
  void release() {
    result = null;
    thrown = null;
  }
}
