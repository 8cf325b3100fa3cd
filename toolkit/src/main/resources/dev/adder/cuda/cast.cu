// Copies between float32 and bf16.
#include "adder.cuh"

template <typename From, typename To>
struct CastArguments {
  const From* from;
  To* to;
  long long size;
};

template <typename From, typename To>
__global__ void __launch_bounds__(THREADS) cast(CastArguments<From, To> a) {
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i < a.size) {
    store(a.to + i, to_float(a.from[i]));
  }
}
