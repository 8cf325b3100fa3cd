package dev.adder.notebook;

import java.util.ArrayList;
import java.util.List;
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

  /** The value's representations; its {@code toString} where no renderer is registered. */
  public static synchronized MimeBundle render(Object value) {
    if (value instanceof MimeBundle bundle) {
      return bundle;
    }
    for (int i = ENTRIES.size() - 1; i >= 0; i--) {
      if (ENTRIES.get(i).type().isInstance(value)) {
        return ENTRIES.get(i).render(value);
      }
    }
    return MimeBundle.text(String.valueOf(value));
  }
}
