package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The gradient of a lookup of rows on a GPU, by the kernel of {@code rows.cu}. */
public final class CudaRows {

  private CudaRows() {}

  /**
   * Adds up the gradients of looked-up rows by row, in the order of their occurrence.
   *
   * @param gradients (number of indices, width), float32 or bf16
   * @param indices which row each of them is of, at least 0 and less than rows
   * @return the gradient of the table (rows, width)
   */
  public static NDArray sum(CudaDevice device, NDArray gradients, long[] indices, long rows) {
    Map<Long, List<Integer>> occurrences = new TreeMap<>();
    for (int i = 0; i < indices.length; i++) {
      occurrences.computeIfAbsent(indices[i], row -> new ArrayList<>()).add(i);
    }
    long[] distinct = occurrences.keySet().stream().mapToLong(Long::longValue).toArray();
    int[] starts = new int[distinct.length + 1];
    int[] order = new int[indices.length];
    int next = 0;
    int at = 0;
    for (List<Integer> ofRow : occurrences.values()) {
      for (int occurrence : ofRow) {
        order[next++] = occurrence;
      }
      starts[++at] = next;
    }
    long width = gradients.getShape().get(1);
    NDArray table = NativeTensor.filled(gradients, new Shape(rows, width), 0);
    String type = CudaDevice.type(gradients);
    NDArray rowsThere = there(gradients, gradients.getManager().create(distinct));
    NDArray startsThere = there(gradients, gradients.getManager().create(starts));
    NDArray orderThere = there(gradients, gradients.getManager().create(order));
    device.launch(
        kernels(type),
        "sum_rows<%s>".formatted(type),
        distinct.length,
        CudaDevice.blocks(width, CudaDevice.THREADS),
        1,
        new Arguments()
            .tensor(gradients)
            .tensor(table)
            .tensor(rowsThere)
            .tensor(startsThere)
            .tensor(orderThere)
            .number(width));
    CudaDevice.release(rowsThere, startsThere, orderThere);
    return table;
  }

  private static NDArray there(NDArray beside, NDArray numbers) {
    return numbers.toDevice(beside.getDevice(), false);
  }

  /** The kernel of one type. */
  public static KernelSet kernels(String type) {
    return new KernelSet("rows.cu", List.of("sum_rows<%s>".formatted(type)));
  }
}
