package dev.adder.tensor;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.NativeResource;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Owners of tensors that nobody has to close. Native memory is not freed by Java's collector, and
 * an owner keeps its tensors. These owners are kept by nobody but their tensors and whoever leads
 * to those: a model, a tensor of it, something that was adapted from it. When nothing does, {@link
 * #freeForgotten} gives the memory back. Closing them, or their parent, frees it at once, as usual.
 */
public final class TensorOwners {

  /** So much new memory is worth a collection, in bytes. */
  private static final long WORTH_COLLECTING = 64L << 20;

  private static final CopyOnWriteArrayList<Owned> ALL = new CopyOnWriteArrayList<>();

  private static long noted;

  private TensorOwners() {}

  /** An owner of its own, on the engine's usual device. */
  public static NDManager create() {
    return detached(NDManager.newBaseManager("PyTorch"));
  }

  /** An owner of its own. */
  public static NDManager create(Device device) {
    return detached(NDManager.newBaseManager(device, "PyTorch"));
  }

  private static NDManager detached(NDManager owner) {
    owner.getParentManager().detachInternal(owner.getName());
    ALL.add(new Owned(owner));
    return owner;
  }

  /** An owner that is closed with another, which leads to it no more than others do. */
  public static NDManager create(NDManager parent) {
    NDManager owner = parent.newSubManager();
    Owned owned = new Owned(owner);
    parent.detachInternal(owner.getName());
    parent.attachInternal(owner.getName(), owned);
    ALL.add(owned);
    return owner;
  }

  /**
   * Gives back the memory of tensors that nothing leads to any more. To be called while nothing is
   * computed: an operator may read memory of a tensor that has just been forgotten.
   */
  public static synchronized void freeForgotten() {
    if (ALL.isEmpty()) {
      // Nothing of the engine is loaded before it is used.
      return;
    }
    ALL.forEach(Owned::note);
    if (noted >= WORTH_COLLECTING) {
      noted = 0;
      System.gc();
    }
    for (Owned owned : ALL) {
      owned.freeForgotten();
    }
    ALL.removeIf(Owned::isGone);
  }

  /** How many tensors of such owners are held at the moment, as of the last look at them. */
  static synchronized int held() {
    return ALL.stream().mapToInt(owned -> owned.tensors.size()).sum();
  }

  private static Field field(Class<?> type, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException otherVersion) {
      throw new IllegalStateException(
          "This version of DJL has no %s in %s.".formatted(name, type.getSimpleName()),
          otherVersion);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T value(Field field, Object of) {
    try {
      return (T) field.get(of);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException(field + " was opened and is closed.", impossible);
    }
  }

  /**
   * What an owner owns, without leading to it. The handle of a tensor is shared with the tensor,
   * whose closing takes it away: so that nothing is freed twice.
   */
  private static final class Owned implements AutoCloseable {

    private static final Field RESOURCES = field(BaseNDManager.class, "resources");
    private static final Field HANDLE = field(NativeResource.class, "handle");

    private final WeakReference<NDManager> owner;
    private final Map<AtomicReference<Long>, WeakReference<NDArray>> tensors =
        new IdentityHashMap<>();

    Owned(NDManager owner) {
      this.owner = new WeakReference<>(owner);
    }

    synchronized void note() {
      NDManager alive = owner.get();
      if (alive != null) {
        note(TensorOwners.<Map<String, AutoCloseable>>value(RESOURCES, alive).values());
      }
    }

    private void note(Collection<AutoCloseable> resources) {
      for (AutoCloseable resource : resources) {
        if (resource instanceof NDArray array && resource instanceof NativeResource) {
          AtomicReference<Long> handle = value(HANDLE, array);
          if (handle.get() != null && tensors.put(handle, new WeakReference<>(array)) == null) {
            noted += array.getDataType().getNumOfBytes() * array.size();
          }
        } else if (resource instanceof BaseNDManager inner) {
          note(TensorOwners.<Map<String, AutoCloseable>>value(RESOURCES, inner).values());
        }
      }
    }

    synchronized void freeForgotten() {
      Iterator<Map.Entry<AtomicReference<Long>, WeakReference<NDArray>>> all =
          tensors.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<AtomicReference<Long>, WeakReference<NDArray>> one = all.next();
        if (one.getKey().get() == null) {
          all.remove();
        } else if (one.getValue().get() == null) {
          Long handle = one.getKey().getAndSet(null);
          if (handle != null) {
            JniUtils.deleteNDArray(handle);
          }
          all.remove();
        }
      }
    }

    synchronized boolean isGone() {
      return owner.get() == null && tensors.isEmpty();
    }

    /** Called by the parent when it is closed. */
    @Override
    public void close() {
      NDManager alive = owner.get();
      if (alive == null) {
        freeForgotten();
      } else {
        alive.close();
      }
      ALL.remove(this);
    }
  }
}
