package dev.adder.tensor.cuda;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.adder.tensor.RawTensor;
import java.util.Arrays;
import java.util.List;

/** Chosen columns of a matrix on a GPU, by the kernels of {@code columns.cu}. */
public final class CudaColumns {

  private final CudaDevice device;
  private final NDArray places;

  /**
   * @param places chosen columns, int64, each once and each within the matrices given later
   */
  public CudaColumns(CudaDevice device, NDArray places) {
    this.device = device;
    this.places = places;
  }

  /**
   * Columns of matrices beside a tensor.
   *
   * @param places chosen columns, each once and each within the matrices given later
   */
  public static CudaColumns of(CudaDevice device, int[] places, NDArray beside) {
    long[] wide = Arrays.stream(places).asLongStream().toArray();
    NDArray there =
        RawTensor.create(beside.getManager(), wide, new Shape(wide.length))
            .toDevice(beside.getDevice(), false);
    return new CudaColumns(device, there);
  }

  /** x[…, places]: (rows, width) to (rows, places). */
  public NDArray gather(NDArray x) {
    NDArray taken = NativeTensor.emptyLike(x, new Shape(x.getShape().get(0), places.size()));
    launch("gather_columns", x, taken);
    return taken;
  }

  /** wide[…, places] += narrow, in place. */
  public void add(NDArray wide, NDArray narrow) {
    launch("add_columns", wide, narrow);
  }

  private void launch(String kernel, NDArray wide, NDArray narrow) {
    String type = CudaDevice.type(wide);
    long rows = wide.getShape().get(0);
    device.launch(
        kernels(type),
        "%s<%s>".formatted(kernel, type),
        CudaDevice.blocks(rows * places.size(), CudaDevice.THREADS),
        1,
        1,
        new Arguments()
            .tensor(wide)
            .tensor(narrow)
            .tensor(places)
            .whole(rows)
            .number(wide.getShape().get(1))
            .number(places.size()));
  }

  /** The kernels of one type. */
  public static KernelSet kernels(String type) {
    return new KernelSet(
        "columns.cu",
        List.of("gather_columns<%s>".formatted(type), "add_columns<%s>".formatted(type)));
  }
}
