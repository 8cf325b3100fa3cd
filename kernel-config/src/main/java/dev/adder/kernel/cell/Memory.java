package dev.adder.kernel.cell;

/** What to do when memory runs out. */
final class Memory {

  static final String NATIVE =
      "The machine has no memory left for tensors. Close models and tensors that are not needed, or take a smaller batch.";

  private Memory() {}

  /** Which limit was met, how much is in use, and how to raise the limit. */
  static String remedy(String message) {
    if (message.contains("native thread")) {
      return "The system allows no more threads. End those that are not needed.";
    }
    if (message.contains("direct buffer")) {
      return "Memory outside the heap is full. Raise -XX:MaxDirectMemorySize in the kernel's kernel.json.";
    }
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    return "The kernel has %d MB of heap, of which variables hold %d MB. Let go of what is not needed (%%reset forgets all), or raise -Xmx in its kernel.json."
        .formatted(runtime.maxMemory() >> 20, (runtime.totalMemory() - runtime.freeMemory()) >> 20);
  }
}
