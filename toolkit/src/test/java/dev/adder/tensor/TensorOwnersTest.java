package dev.adder.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorOwnersTest {

  @BeforeEach
  void begin() {
    collect();
  }

  /** As between two cells: what is there is noted, a collection comes, memory is given back. */
  private static void collect() {
    TensorOwners.freeForgotten();
    System.gc();
    TensorOwners.freeForgotten();
  }

  private static NDArray tensor(NDManager owner) {
    return owner.full(new Shape(1000, 1000), 3f);
  }

  private static long residentMegabytes() {
    return MachineMemory.resident().orElse(0) >> 20;
  }

  @Test
  void tensors_that_nothing_leads_to_are_freed() {
    int before = TensorOwners.held();
    WeakReference<NDArray> forgotten = new WeakReference<>(tensor(TensorOwners.create()));
    TensorOwners.freeForgotten();
    assertThat(TensorOwners.held()).isEqualTo(before + 1);
    collect();
    assertThat(forgotten.get()).isNull();
    assertThat(TensorOwners.held()).isEqualTo(before);
  }

  /** 1.2 GB in all would not stay unnoticed. */
  @Test
  void their_memory_comes_back() {
    long before = residentMegabytes();
    for (int i = 0; i < 300; i++) {
      tensor(TensorOwners.create());
      TensorOwners.freeForgotten();
    }
    collect();
    assertThat(residentMegabytes() - before).isLessThan(400);
  }

  @Test
  void a_tensor_keeps_its_owner_and_all_that_it_owns() {
    NDArray kept = tensor(TensorOwners.create());
    NDManager inner = kept.getManager().newSubManager();
    WeakReference<NDArray> beside = new WeakReference<>(tensor(inner));
    int before = TensorOwners.held();
    collect();
    collect();
    assertThat(TensorOwners.held()).isGreaterThanOrEqualTo(before);
    assertThat(kept.getFloat(999, 999)).isEqualTo(3);
    assertThat(beside.get()).isNotNull();
    assertThat(beside.get().getFloat(0, 0)).isEqualTo(3);
    kept.getManager().close();
  }

  @Test
  void what_is_built_on_another_owner_keeps_it_but_is_not_kept_by_it() {
    NDManager base = TensorOwners.create();
    NDArray frozen = tensor(base);
    WeakReference<NDArray> adapter = new WeakReference<>(tensor(TensorOwners.create(base)));
    collect();
    assertThat(adapter.get()).isNull();
    assertThat(frozen.getFloat(0, 0)).isEqualTo(3);
    NDArray other = tensor(TensorOwners.create(base));
    WeakReference<NDArray> below = new WeakReference<>(frozen);
    frozen = null;
    base = null;
    collect();
    assertThat(below.get()).isNotNull();
    assertThat(other.getFloat(0, 0)).isEqualTo(3);
    other.getManager().getParentManager().close();
    assertThat(other.isReleased()).isTrue();
    assertThat(below.get().isReleased()).isTrue();
  }

  @Test
  void closing_frees_at_once_and_once() {
    List<NDArray> closed = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      NDManager owner = TensorOwners.create();
      closed.add(tensor(owner));
      TensorOwners.freeForgotten();
      owner.close();
    }
    assertThat(closed).allMatch(NDArray::isReleased);
    closed.clear();
    collect();
    NDArray fresh = tensor(TensorOwners.create());
    assertThat(fresh.sum().getFloat()).isEqualTo(3e6f);
    fresh.getManager().close();
  }
}
