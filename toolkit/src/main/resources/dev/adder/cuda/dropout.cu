// Dropout by key: which numbers are dropped is a pure function of the key and their place, the same as
// on the CPU (KeyedRandom), so that no mask is kept for the way back.
#include "adder.cuh"

template <typename T>
struct DropoutArguments {
  const T* from;
  T* to;
  long long size;
  unsigned long long key;
  float rate;  // share that is dropped
  float kept;  // 1 / (1 - rate)
  int add;     // 1 to add to what stands there, 0 to overwrite it
};

/** The finaliser of SplitMix64. */
__device__ inline unsigned long long mix(unsigned long long z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

template <typename T>
__global__ void __launch_bounds__(THREADS) drop(DropoutArguments<T> a) {
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i < a.size) {
    const unsigned long long bits =
        mix(a.key + static_cast<unsigned long long>(i) * 0x9E3779B97F4A7C15ull);
    const float uniform = static_cast<float>(static_cast<unsigned>(bits >> 40)) * 0x1p-24f;
    const float value = uniform < a.rate ? 0.0f : to_float(a.from[i]) * a.kept;
    store(a.to + i, a.add != 0 ? to_float(a.to[i]) + value : value);
  }
}
