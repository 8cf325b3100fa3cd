// The second stage of sums over blocks: out[i] = Σ_p parts[p][i], p ascending.
#include "adder.cuh"

template <typename T>
struct SumArguments {
  const float* parts;  // (count, size)
  T* out;              // (size)
  long long size;
  int count;
};

/** One thread per sum; neighbouring threads read neighbouring words, four parts in flight. */
template <typename T>
__global__ void __launch_bounds__(THREADS) sum_parts(SumArguments<T> a) {
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i >= a.size) {
    return;
  }
  float sum = 0.0f;
#pragma unroll 4
  for (int p = 0; p < a.count; p++) {
    sum += a.parts[p * a.size + i];
  }
  store(a.out + i, sum);
}
