package dev.adder.notebook;

import java.util.Map;
import java.util.function.Consumer;

/** A channel between a cell and the front end, such as that of a slider (Jupyter's "comm"). */
public interface Comm {

  String id();

  /** Sends JSON values: Map, List, String, Number, Boolean. */
  void send(Map<String, Object> data);

  /** Takes what the other side sends from now on; between cells, on the cells' own thread. */
  void onMessage(Consumer<Map<String, Object>> receiver);

  /** Closes both ends. */
  void close();
}
