// AdamW over all trained tensors in one launch, and the global norm of their gradients before it.
//
// θ ← θ − lr·λ·θ, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − lr·m̂ / (√v̂ + ε). A training with
// few parameters has hundreds of small tensors: a table of them costs one launch instead of hundreds.
// Per element 16 bytes are read and 12 written (gradient float32); nothing else costs time.
#include "adder.cuh"

constexpr int ADAM_CHUNK = 8 * THREADS;  // elements of one block

/** One trained tensor; parameter and moments float32. */
struct AdamTensor {
  float* parameter;
  float* first;
  float* second;
  const void* gradient;  // float32 or bf16
  long long size;
  long long bf16_gradient;  // 1 if the gradient is bf16
};

struct AdamArguments {
  const AdamTensor* tensors;
  const int* tensor_of_chunk;  // (chunks)
  const int* chunk_of_tensor;  // place of a chunk in its tensor, (chunks)
  double* parts;               // Σ g² of each chunk, (chunks)
  double* total;               // Σ g², (1)
  int chunks;
  float rate;         // lr / (1 − β₁ᵗ)
  float decay;        // 1 − lr·λ
  float correction;   // √(1 − β₂ᵗ)
  float clip_norm;    // largest global norm
  float beta1;
  float beta2;
  float rest1;        // 1 − β₁
  float rest2;        // 1 − β₂
  float epsilon;
};

__device__ inline float adam_gradient(const AdamTensor& tensor, long long i) {
  return tensor.bf16_gradient != 0 ? to_float(static_cast<const bf16*>(tensor.gradient)[i])
                                   : static_cast<const float*>(tensor.gradient)[i];
}

__global__ void __launch_bounds__(THREADS) squared_norm_parts(AdamArguments a) {
  const AdamTensor tensor = a.tensors[a.tensor_of_chunk[blockIdx.x]];
  const long long first = static_cast<long long>(a.chunk_of_tensor[blockIdx.x]) * ADAM_CHUNK;
  double sum = 0.0;
#pragma unroll
  for (int k = 0; k < ADAM_CHUNK / THREADS; k++) {
    const long long i = first + k * THREADS + threadIdx.x;
    const double g = i < tensor.size ? adam_gradient(tensor, i) : 0.0f;
    sum += g * g;
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    a.parts[blockIdx.x] = sum;
  }
}

/** One block. */
__global__ void __launch_bounds__(THREADS) squared_norm_total(AdamArguments a) {
  double sum = 0.0;
  for (int i = threadIdx.x; i < a.chunks; i += THREADS) {
    sum += a.parts[i];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    *a.total = sum;
  }
}

/** Moves nothing where the norm is not finite, so that the caller can still name the culprit. */
__global__ void __launch_bounds__(THREADS) adamw(AdamArguments a) {
  const double norm = sqrt(*a.total);
  if (!(norm <= 1.7e308)) {
    return;
  }
  // As torch.nn.utils.clip_grad_norm_: at most 1, and 1e-6 in the denominator.
  const float clip = static_cast<float>(fmin(1.0, a.clip_norm / (norm + 1e-6)));
  const AdamTensor tensor = a.tensors[a.tensor_of_chunk[blockIdx.x]];
  const long long first = static_cast<long long>(a.chunk_of_tensor[blockIdx.x]) * ADAM_CHUNK;
#pragma unroll
  for (int k = 0; k < ADAM_CHUNK / THREADS; k++) {
    const long long i = first + k * THREADS + threadIdx.x;
    if (i < tensor.size) {
      const float g = adam_gradient(tensor, i) * clip;
      const float m = a.beta1 * tensor.first[i] + a.rest1 * g;
      const float v = a.beta2 * tensor.second[i] + a.rest2 * g * g;
      tensor.first[i] = m;
      tensor.second[i] = v;
      tensor.parameter[i] =
          tensor.parameter[i] * a.decay - a.rate * m / (sqrtf(v) / a.correction + a.epsilon);
    }
  }
}
