package dev.adder.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How each type shows itself; the renderer registered last for a value's type wins. */
public final class Renderers {

  private record Entry<T>(Class<T> type, Function<? super T, MimeBundle> renderer) {
    MimeBundle render(Object value) {
      return renderer.apply(type.cast(value));
    }
  }

  private static final List<Entry<?>> ENTRIES = new ArrayList<>();

  static {
    StandardRenderers.registerAll();
  }

  private Renderers() {}

  /** Shows values of this type, and of its subtypes, by this renderer. */
  public static synchronized <T> void register(
      Class<T> type, Function<? super T, MimeBundle> renderer) {
    ENTRIES.add(new Entry<>(type, renderer));
  }

  /**
   * The types that have a renderer, the one that wins last; for hosts with registries of theirs.
   */
  public static synchronized List<Class<?>> types() {
    List<Class<?>> types = new ArrayList<>();
    ENTRIES.forEach(entry -> types.add(entry.type()));
    return types;
  }

  /** The value's representations; its text where no renderer is registered. */
  public static MimeBundle render(Object value) {
    if (value instanceof MimeBundle bundle) {
      return bundle;
    }
    // Not under the lock: a renderer may take its time, or never end.
    return entry(value)
        .map(entry -> entry.render(value))
        .orElseGet(() -> MimeBundle.text(PlainText.of(value)));
  }

  private static synchronized Optional<Entry<?>> entry(Object value) {
    for (int i = ENTRIES.size() - 1; i >= 0; i--) {
      if (ENTRIES.get(i).type().isInstance(value)) {
        return Optional.of(ENTRIES.get(i));
      }
    }
    return Optional.empty();
  }
}
