package dev.adder.kernel;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import jdk.jshell.execution.DirectExecutionControl;
import org.jspecify.annotations.Nullable;

/**
 * Runs JShell's snippets in this JVM: keeps the live result objects, weaves the stop check in, and
 * forgets results nobody can name any more.
 */
final class CellControl extends DirectExecutionControl {

  /** Temporary variables ($1, $2, …) that keep their values. */
  private static final int KEPT_RESULTS = 3;

  private final Deque<Field> temporaries = new ArrayDeque<>();
  private final Map<String, Field> variables = new HashMap<>();
  private volatile @Nullable Thread running;
  private @Nullable Object result;
  private @Nullable Throwable thrown;

  @Override
  public void load(ClassBytecodes[] classes)
      throws ClassInstallException, NotImplementedException, EngineTerminationException {
    super.load(
        Arrays.stream(classes)
            .map(c -> new ClassBytecodes(c.name(), StopGuard.weave(c.bytecodes())))
            .toArray(ClassBytecodes[]::new));
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
    running = Thread.currentThread();
    try {
      result = doit.invoke(null);
      forgetStale(doit.getDeclaringClass());
      return "";
    } catch (InvocationTargetException failure) {
      thrown = failure.getCause();
      throw failure;
    } finally {
      running = null;
    }
  }

  private void forgetStale(Class<?> wrapper) throws IllegalAccessException {
    for (Field field : wrapper.getDeclaredFields()) {
      field.setAccessible(true);
      if (field.getName().matches("\\$\\d+")) {
        temporaries.addLast(field);
        if (temporaries.size() > KEPT_RESULTS) {
          clear(temporaries.removeFirst());
        }
      } else {
        Field before = variables.put(field.getName(), field);
        if (before != null && before.getDeclaringClass() != wrapper) {
          clear(before);
        }
      }
    }
  }

  private static void clear(Field field) throws IllegalAccessException {
    if (!field.getType().isPrimitive()) {
      field.set(null, null);
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

  /** Wakes the running snippet, if there is one, from whatever it waits for. */
  void wake() {
    Thread thread = running;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
