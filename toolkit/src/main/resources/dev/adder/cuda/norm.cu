// RMSNorm with residual: r = residual + branch, y = r / √(mean(r²) + ε) ∘ w over the last axis.
//
// T is the type of branch and y, R that of the residual stream, which may stay float32 beside bf16.
// One block per row. The second pass over a row finds it in L1: what is read from memory is read once.
#include "adder.cuh"

template <typename T, typename R>
struct NormArguments {
  const R* residual;         // (rows, width)
  const T* branch;           // (rows, width), or null: then r is the residual itself
  const float* weight;       // (width)
  T* normed;                 // (rows, width)
  R* sum;                    // r, (rows, width); unused without a branch
  float* scales;             // s = 1 / √(mean(r²) + ε), (rows)
  const T* normed_gradient;  // (rows, width)
  const R* sum_gradient;     // (rows, width), or null
  R* residual_gradient;      // (rows, width)
  T* branch_gradient;        // the same in type T, or null
  float* weight_parts;       // (slabs, width)
  int rows;
  int width;
  int slab;                  // rows of one slab
  float epsilon;
};

template <typename T, typename R>
__global__ void __launch_bounds__(THREADS) norm_forward(NormArguments<T, R> a) {
  const long long row = static_cast<long long>(blockIdx.x) * a.width;
  const R* r = a.branch == nullptr ? a.residual : a.sum;
  float squares = 0.0f;
  for (int i = threadIdx.x; i < a.width; i += THREADS) {
    if (a.branch != nullptr) {
      store(a.sum + row + i, to_float(a.residual[row + i]) + to_float(a.branch[row + i]));
    }
    const float value = to_float(r[row + i]);
    squares += value * value;
  }
  const float scale = 1.0f / sqrtf(block_sum(squares) / a.width + a.epsilon);
  for (int i = threadIdx.x; i < a.width; i += THREADS) {
    store(a.normed + row + i, to_float(r[row + i]) * scale * a.weight[i]);
  }
  if (threadIdx.x == 0) {
    a.scales[blockIdx.x] = scale;
  }
}

/** With g the gradient of y: ∂r = gradient of r from outside + s·(g∘w) − r·s³/width·Σ g∘w∘r. */
template <typename T, typename R>
__global__ void __launch_bounds__(THREADS) norm_backward(NormArguments<T, R> a) {
  const long long row = static_cast<long long>(blockIdx.x) * a.width;
  const R* r = a.branch == nullptr ? a.residual : a.sum;
  const float scale = a.scales[blockIdx.x];
  float along = 0.0f;
  for (int i = threadIdx.x; i < a.width; i += THREADS) {
    along += to_float(a.normed_gradient[row + i]) * a.weight[i] * to_float(r[row + i]);
  }
  const float back = block_sum(along) * scale * scale * scale / a.width;
  for (int i = threadIdx.x; i < a.width; i += THREADS) {
    float gradient = scale * to_float(a.normed_gradient[row + i]) * a.weight[i];
    gradient -= back * to_float(r[row + i]);
    if (a.sum_gradient != nullptr) {
      gradient += to_float(a.sum_gradient[row + i]);
    }
    store(a.residual_gradient + row + i, gradient);
    if (a.branch_gradient != nullptr) {
      store(a.branch_gradient + row + i, gradient);
    }
  }
}

/** ∂w = Σ g ∘ r·s: one thread per column and slab of rows, so that rows are read coalesced. */
template <typename T, typename R>
__global__ void __launch_bounds__(THREADS) norm_weight_parts(NormArguments<T, R> a) {
  const int column = blockIdx.x * THREADS + threadIdx.x;
  if (column >= a.width) {
    return;
  }
  const R* r = a.branch == nullptr ? a.residual : a.sum;
  const int first = blockIdx.y * a.slab;
  const int end = min(first + a.slab, a.rows);
  float sum = 0.0f;
#pragma unroll 4
  for (int row = first; row < end; row++) {
    const long long at = static_cast<long long>(row) * a.width + column;
    sum += to_float(a.normed_gradient[at]) * to_float(r[at]) * a.scales[row];
  }
  a.weight_parts[static_cast<long long>(blockIdx.y) * a.width + column] = sum;
}
