// Cross-entropy in nats over a large vocabulary: loss = ln Σ e^logit − logit[target], row by row.
//
// One block per row, one pass: each thread keeps the largest logit it has seen and the sum of the
// others relative to it. Logits are scaled by log2 e, so that an exponential is one instruction.
#include "adder.cuh"

template <typename T>
struct CrossEntropyArguments {
  T* logits;           // (rows, classes); backward overwrites them by their gradient
  const int* targets;  // (rows); a negative one leaves its row out: no loss, no gradient
  float* losses;       // (rows)
  float* logs;         // log2 Σ e^logit, (rows)
  const float* scale;  // gradient of the mean loss (1)
  int rows;
  int classes;
  float share;         // 1 / number of rows that count
};

constexpr float LOWEST = -3.0e38f;  // finite, so that it can be subtracted from itself

__device__ inline void merge(float& top, float& sum, float other_top, float other_sum) {
  const float highest = fmaxf(top, other_top);
  sum = sum * power_of_two(top - highest) + other_sum * power_of_two(other_top - highest);
  top = highest;
}

template <typename T>
__global__ void __launch_bounds__(THREADS) cross_entropy_forward(CrossEntropyArguments<T> a) {
  constexpr int UNROLL = 4;  // loads in flight, and one rescaling for four logits
  const T* logits = a.logits + static_cast<long long>(blockIdx.x) * a.classes;
  float top = LOWEST;
  float sum = 0.0f;
  for (int first = threadIdx.x; first < a.classes; first += UNROLL * THREADS) {
    float value[UNROLL];
    float highest = top;
#pragma unroll
    for (int i = 0; i < UNROLL; i++) {
      const int at = first + i * THREADS;
      value[i] = at < a.classes ? to_float(logits[at]) * LOG2_E : LOWEST;
      highest = fmaxf(highest, value[i]);
    }
    sum *= power_of_two(top - highest);
#pragma unroll
    for (int i = 0; i < UNROLL; i++) {
      sum += first + i * THREADS < a.classes ? power_of_two(value[i] - highest) : 0.0f;
    }
    top = highest;
  }
#pragma unroll
  for (int bit = WARP / 2; bit > 0; bit /= 2) {
    const float other_top = __shfl_xor_sync(ALL_LANES, top, bit);
    const float other_sum = __shfl_xor_sync(ALL_LANES, sum, bit);
    merge(top, sum, other_top, other_sum);
  }
  __shared__ float tops[WARPS];
  __shared__ float sums[WARPS];
  if (threadIdx.x % WARP == 0) {
    tops[threadIdx.x / WARP] = top;
    sums[threadIdx.x / WARP] = sum;
  }
  __syncthreads();
  if (threadIdx.x != 0) {
    return;
  }
  for (int i = 1; i < WARPS; i++) {
    merge(top, sum, tops[i], sums[i]);
  }
  const float log = top + log2f(sum);
  const int target = a.targets[blockIdx.x];
  a.logs[blockIdx.x] = log;
  a.losses[blockIdx.x] = target < 0 ? 0.0f : log * LN_2 - to_float(logits[target]);
}

/** logit ← (softmax − 1 at the target) · scale · share; blocks (rows, parts of a row). */
template <typename T>
__global__ void __launch_bounds__(THREADS) cross_entropy_backward(CrossEntropyArguments<T> a) {
  T* logits = a.logits + static_cast<long long>(blockIdx.x) * a.classes;
  const int target = a.targets[blockIdx.x];
  const float log = a.logs[blockIdx.x];
  const float factor = target < 0 ? 0.0f : *a.scale * a.share;
  for (int i = blockIdx.y * THREADS + threadIdx.x; i < a.classes; i += gridDim.y * THREADS) {
    const float share = power_of_two(to_float(logits[i]) * LOG2_E - log);
    store(logits + i, factor == 0.0f ? 0.0f : (share - (i == target ? 1.0f : 0.0f)) * factor);
  }
}
