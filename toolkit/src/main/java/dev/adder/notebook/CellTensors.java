package dev.adder.notebook;

import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The owners of tensors that cells make by hand. Native memory is not freed by Java's collector:
 * each cell has an owner, which is closed when that cell is run again.
 */
final class CellTensors {

  private static final Map<String, NDManager> OWNERS = new HashMap<>();

  private static @Nullable String current;

  private CellTensors() {}

  /** A cell begins: what its last run has made is freed. */
  static synchronized void begin(String cell) {
    current = cell;
    NDManager last = OWNERS.remove(cell);
    if (last != null) {
      last.close();
    }
  }

  /** The owner of what the running cell makes. */
  static synchronized NDManager owner() {
    return OWNERS.computeIfAbsent(
        current == null ? "" : current, cell -> NDManager.newBaseManager("PyTorch"));
  }

  /** Frees what all cells have made. */
  static synchronized void clear() {
    OWNERS.values().forEach(NDManager::close);
    OWNERS.clear();
  }
}
