// The thread model of CUDA on one thread of the host, enough to run our kernel texts unchanged.
//
// A block's threads are fibers. Each runs until it waits, at __syncthreads or in a shuffle, or ends;
// then the next one runs. Blocks run one after another, so shared memory is static memory. What CUDA
// leaves undefined is an error here: a barrier that not all threads of a block reach, a shuffle that
// not all lanes of a warp reach, a wait that nothing ends.
//
// With -fsanitize=thread every fiber counts as a thread of its own, ordered with others by
// __syncthreads only, as CUDA orders memory: a missing barrier is a reported race. Without it, running
// the fibers in several orders and comparing bits finds most of them.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
extern "C" {
void* __tsan_get_current_fiber(void);
void* __tsan_create_fiber(unsigned flags);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))

struct dim3 {
  unsigned x;
  unsigned y;
  unsigned z;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

struct alignas(16) float4 {
  float x;
  float y;
  float z;
  float w;
};

/** A number that scheduler and fibers share without an order between them. */
class Shared {
 public:
  operator int() const { return value_.load(std::memory_order_relaxed); }
  void operator=(int value) { value_.store(value, std::memory_order_relaxed); }

 private:
  std::atomic<int> value_{0};
};

struct Index {
  Shared x;
  Shared y;
  Shared z;
  void set(int new_x, int new_y, int new_z) {
    x = new_x;
    y = new_y;
    z = new_z;
  }
};

// Of the thread that runs now.
inline Index threadIdx;
inline Index blockIdx;
inline Index blockDim;
inline Index gridDim;

using std::max;
using std::min;

inline float __uint_as_float(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline unsigned __float_as_uint(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

namespace emulation {

constexpr int LANES = 32;
constexpr int MOST_THREADS = 1024;
constexpr std::size_t STACK = 256 * 1024;

enum class Waits { READY, BLOCK, LANES_OF_WARP, DONE };

struct Fiber {
  ucontext_t context;
  std::vector<char> stack;
  std::atomic<Waits> waits{Waits::DONE};
  int exchanges = 0;
  void* sanitizer = nullptr;
};

struct Machine {
  Fiber* fibers[MOST_THREADS] = {};  // made once, used by all launches
  ucontext_t scheduler;
  void* scheduler_sanitizer = nullptr;
  const void* scheduler_stack = nullptr;
  std::size_t scheduler_stack_size = 0;
  std::function<void()> kernel;
  Shared current;
  /** Two slots a lane: a lane that is one exchange ahead does not overwrite what is still read. */
  std::atomic<std::uint64_t> slots[2][MOST_THREADS];
  int barrier = 0;  // its address orders memory
  int done = 0;
  unsigned order = 0;
};

inline Machine machine;

[[noreturn]] inline void fail(const char* sentence) {
  std::fprintf(
      stderr, "%s Block (%d, %d, %d), thread %d.\n", sentence, int{blockIdx.x},
      int{blockIdx.y}, int{blockIdx.z}, int{machine.current});
  std::exit(3);
}

/** From the fiber back to the scheduler. */
inline void yield() {
  Fiber& fiber = *machine.fibers[machine.current];
#if defined(__SANITIZE_ADDRESS__)
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(
      &fake, machine.scheduler_stack, machine.scheduler_stack_size);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(machine.scheduler_sanitizer, 1);
#endif
  swapcontext(&fiber.context, &machine.scheduler);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(
      fake, &machine.scheduler_stack, &machine.scheduler_stack_size);
#endif
}

inline void fiber_body() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(
      nullptr, &machine.scheduler_stack, &machine.scheduler_stack_size);
#endif
  while (true) {
#if defined(__SANITIZE_THREAD__)
    __tsan_acquire(&machine.done);
#endif
    machine.kernel();
#if defined(__SANITIZE_THREAD__)
    __tsan_release(&machine.done);
#endif
    machine.fibers[machine.current]->waits.store(Waits::DONE, std::memory_order_relaxed);
    yield();
  }
}

inline void enter(int thread) {
  Fiber& fiber = *machine.fibers[thread];
  machine.current = thread;
  threadIdx.set(thread, 0, 0);
#if defined(__SANITIZE_ADDRESS__)
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, fiber.stack.data(), fiber.stack.size());
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(fiber.sanitizer, 1);
#endif
  swapcontext(&machine.scheduler, &fiber.context);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
}

inline Fiber* make_fiber() {
  Fiber* fiber = new Fiber;
  fiber->stack.resize(STACK);
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.data();
  fiber->context.uc_stack.ss_size = fiber->stack.size();
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, fiber_body, 0);
#if defined(__SANITIZE_THREAD__)
  fiber->sanitizer = __tsan_create_fiber(0);
#endif
  return fiber;
}

inline void make_fibers(int threads) {
#if defined(__SANITIZE_THREAD__)
  if (machine.scheduler_sanitizer == nullptr) {
    machine.scheduler_sanitizer = __tsan_get_current_fiber();
  }
#endif
  for (int i = 0; i < threads; i++) {
    if (machine.fibers[i] == nullptr) {
      machine.fibers[i] = make_fiber();
    }
  }
}

/** Lets go whoever waits for all that have arrived; false if nobody does. */
inline bool release(int threads) {
  int blocked = 0;
  int done = 0;
  bool released = false;
  for (int first = 0; first < threads; first += LANES) {
    int exchanging = 0;
    const int end = std::min(first + LANES, threads);
    for (int i = first; i < end; i++) {
      exchanging += machine.fibers[i]->waits.load(std::memory_order_relaxed) == Waits::LANES_OF_WARP;
      blocked += machine.fibers[i]->waits.load(std::memory_order_relaxed) == Waits::BLOCK;
      done += machine.fibers[i]->waits.load(std::memory_order_relaxed) == Waits::DONE;
    }
    if (exchanging == end - first) {
      released = true;
      for (int i = first; i < end; i++) {
        machine.fibers[i]->waits.store(Waits::READY, std::memory_order_relaxed);
      }
    } else if (exchanging > 0) {
      fail("A shuffle is not reached by all lanes of its warp.");
    }
  }
  if (blocked == threads) {
    released = true;
    for (int i = 0; i < threads; i++) {
      machine.fibers[i]->waits.store(Waits::READY, std::memory_order_relaxed);
    }
  } else if (blocked > 0 && !released) {
    fail(done > 0 ? "A barrier is waited at after a thread has ended." : "A wait has no end.");
  }
  return released;
}

inline void run_block(int threads, const std::vector<int>& order) {
#if defined(__SANITIZE_THREAD__)
  __tsan_release(&machine.done);
#endif
  for (int i = 0; i < threads; i++) {
    machine.fibers[i]->waits.store(Waits::READY, std::memory_order_relaxed);
  }
  do {
    for (int i : order) {
      if (machine.fibers[i]->waits.load(std::memory_order_relaxed) == Waits::READY) {
        enter(i);
      }
    }
  } while (release(threads));
#if defined(__SANITIZE_THREAD__)
  __tsan_acquire(&machine.done);
#endif
}

/** Order of the threads of a block: 0 ascending, 1 descending, others shuffled by this seed. */
inline void set_order(unsigned order) { machine.order = order; }

inline void launch(dim3 grid, int threads, std::function<void()> kernel) {
  make_fibers(threads);
  machine.kernel = std::move(kernel);
  gridDim.set(static_cast<int>(grid.x), static_cast<int>(grid.y), static_cast<int>(grid.z));
  blockDim.set(threads, 1, 1);
  std::vector<int> order(threads);
  std::iota(order.begin(), order.end(), 0);
  if (machine.order == 1) {
    std::reverse(order.begin(), order.end());
  } else if (machine.order > 1) {
    std::shuffle(order.begin(), order.end(), std::mt19937(machine.order));
  }
  for (unsigned z = 0; z < grid.z; z++) {
    for (unsigned y = 0; y < grid.y; y++) {
      for (unsigned x = 0; x < grid.x; x++) {
        blockIdx.set(static_cast<int>(x), static_cast<int>(y), static_cast<int>(z));
        run_block(threads, order);
      }
    }
  }
}

}  // namespace emulation

inline void __syncthreads() {
#if defined(__SANITIZE_THREAD__)
  __tsan_release(&emulation::machine.barrier);
#endif
  emulation::machine.fibers[emulation::machine.current]->waits.store(
      emulation::Waits::BLOCK, std::memory_order_relaxed);
  emulation::yield();
#if defined(__SANITIZE_THREAD__)
  __tsan_acquire(&emulation::machine.barrier);
#endif
}

/** Orders nothing that the kernels rely on: they use it to steer the compiler. */
inline void __syncwarp() {}

template <typename N>
inline N __shfl_xor_sync(unsigned lanes, N value, int bits) {
  using namespace emulation;
  if (lanes != 0xffffffffu) {
    fail("Only shuffles of whole warps are emulated.");
  }
  const int thread = machine.current;
  Fiber& fiber = *machine.fibers[thread];
  const int slot = fiber.exchanges++ % 2;
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);
  machine.slots[slot][thread].store(word, std::memory_order_relaxed);
  fiber.waits.store(Waits::LANES_OF_WARP, std::memory_order_relaxed);
  yield();
  word = machine.slots[slot][thread ^ bits].load(std::memory_order_relaxed);
  std::memcpy(&value, &word, sizeof value);
  return value;
}

// Memory of the device is memory of the host, so that -fsanitize=address watches its borders.
inline void* device_allocate(std::size_t bytes) { return std::malloc(std::max<std::size_t>(bytes, 1)); }
inline void device_free(void* memory) { std::free(memory); }
inline void device_fill(void* memory, int byte, std::size_t bytes) { std::memset(memory, byte, bytes); }
inline void to_device(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}
inline void to_host(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

#define LAUNCH(grid, arguments, ...) \
  emulation::launch(grid, THREADS, [&] { __VA_ARGS__(arguments); })
