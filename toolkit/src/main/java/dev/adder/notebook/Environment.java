package dev.adder.notebook;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The process's environment with what the notebook has set on top of it; a Java process cannot
 * change its own.
 */
public final class Environment {

  private static final Map<String, String> SET = new ConcurrentHashMap<>();

  private Environment() {}

  /** The value of a variable; null if it is not set. */
  public static @Nullable String get(String name) {
    String set = SET.get(name);
    return set == null ? System.getenv(name) : set;
  }

  /** Sets a variable for this process from now on. */
  public static void set(String name, String value) {
    SET.put(name, value);
  }

  /** All variables by name. */
  public static Map<String, String> all() {
    Map<String, String> all = new TreeMap<>(System.getenv());
    all.putAll(SET);
    return Collections.unmodifiableMap(all);
  }
}
