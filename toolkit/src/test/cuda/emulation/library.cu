// The kernels on emulated threads as a library: the host side of the operators is tested with it on
// tensors of the CPU.
#include "cuda_emulation.h"

#include <map>
#include <string>

#include "adamw.cu"
#include "columns.cu"
#include "convolution.cu"
#include "cross_entropy.cu"
#include "dropout.cu"
#include "norm.cu"
#include "rows.cu"
#include "scan.cu"
#include "sum.cu"

struct Entry {
  std::size_t size;
  std::function<void(const void*)> run;
};

template <typename Arguments>
Entry entry(void (*kernel)(Arguments)) {
  return {sizeof(Arguments), [kernel](const void* structure) {
            Arguments arguments;
            std::memcpy(&arguments, structure, sizeof arguments);
            kernel(arguments);
          }};
}

#define ENTRY(...) {#__VA_ARGS__, entry(__VA_ARGS__)}
#define SCAN(T, S, G)                      \
  ENTRY(scan_local<T, S, G>),              \
      ENTRY(scan_forward<T, S, G>),        \
      ENTRY(scan_backward_local<T, S, G>), \
      ENTRY(scan_backward<T, S, G>)
#define OF_TYPE(T)                                                                       \
  SCAN(T, 4, 4), SCAN(T, 4, 8), SCAN(T, 4, 32), ENTRY(scan_combine<T>),                  \
      ENTRY(scan_backward_combine<T>), ENTRY(convolution_forward<T, 1>),                 \
      ENTRY(convolution_backward<T, 1>), ENTRY(convolution_forward<T, 4>),               \
      ENTRY(convolution_backward<T, 4>), ENTRY(cross_entropy_forward<T>),                \
      ENTRY(cross_entropy_backward<T>), ENTRY(gather_columns<T>), ENTRY(add_columns<T>), \
      ENTRY(sum_parts<T>), ENTRY(sum_rows<T>), ENTRY(drop<T>)
#define OF_TYPES(T, R) \
  ENTRY(norm_forward<T, R>), ENTRY(norm_backward<T, R>), ENTRY(norm_weight_parts<T, R>)

static const std::map<std::string, Entry>& entries() {
  static const std::map<std::string, Entry> entries = {
      OF_TYPE(float),          OF_TYPE(bf16),         OF_TYPES(float, float),
      OF_TYPES(bf16, float),   OF_TYPES(bf16, bf16),  ENTRY(squared_norm_parts),
      ENTRY(squared_norm_total), ENTRY(adamw)};
  return entries;
}

/** 0, or 1 if there is no such kernel, or 2 if its structure has another size. */
extern "C" int emulated_launch(
    const char* kernel, int x, int y, int z, const void* structure, long long size) {
  auto found = entries().find(kernel);
  if (found == entries().end()) {
    return 1;
  }
  // The host pads to eight bytes.
  if ((found->second.size + 7) / 8 * 8 != static_cast<std::size_t>(size)) {
    return 2;
  }
  emulation::launch(dim3(x, y, z), THREADS, [&] { found->second.run(structure); });
  return 0;
}
