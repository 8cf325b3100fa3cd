// Depthwise causal convolution of width K and SiLU: y_t = SiLU(bias + Σ_k w_k ∘ p_{t+k}), where p is
// the input behind a window of K − 1 earlier steps (zero if there is none).
//
// One thread per channel and run of steps: channels are fastest in memory, so a warp reads 32
// neighbours. All loads of a run are issued before the first product; what two runs share (K − 1 steps)
// comes from cache. Blocks (channels / THREADS, runs, batch).
#include "adder.cuh"

constexpr int CONVOLUTION_RUN = 16;

template <typename T>
struct ConvolutionArguments {
  const T* x;               // (batch, length, channels)
  const float* weight;      // (channels, K)
  const float* bias;        // (channels)
  const T* window;          // (batch, K − 1, channels), or null
  T* y;                     // (batch, length, channels)
  T* last_window;           // (batch, K − 1, channels)
  const T* y_gradient;      // (batch, length, channels)
  const T* last_gradient;   // of last_window, or null
  T* x_gradient;            // (batch, length, channels)
  T* window_gradient;       // (batch, K − 1, channels), or null
  float* weight_parts;      // (batch · runs, channels, K)
  float* bias_parts;        // (batch · runs, channels)
  int length;
  int channels;
};

/** p: the window, then the input, then nothing. */
template <typename T, int K>
__device__ inline float convolution_input(const ConvolutionArguments<T>& a, int channel, int p) {
  const int t = p - (K - 1);
  if (p < 0 || t >= a.length) {
    return 0.0f;
  }
  if (t >= 0) {
    return to_float(
        a.x[(static_cast<long long>(blockIdx.z) * a.length + t) * a.channels + channel]);
  }
  return a.window == nullptr
      ? 0.0f
      : to_float(
            a.window[(static_cast<long long>(blockIdx.z) * (K - 1) + p) * a.channels + channel]);
}

template <typename T, int K>
__global__ void __launch_bounds__(THREADS) convolution_forward(ConvolutionArguments<T> a) {
  const int channel = blockIdx.x * THREADS + threadIdx.x;
  if (channel >= a.channels) {
    return;
  }
  const int first = blockIdx.y * CONVOLUTION_RUN;
  float in[CONVOLUTION_RUN + K - 1];
#pragma unroll
  for (int i = 0; i < CONVOLUTION_RUN + K - 1; i++) {
    in[i] = convolution_input<T, K>(a, channel, first + i);
  }
  float weight[K];
#pragma unroll
  for (int k = 0; k < K; k++) {
    weight[k] = a.weight[channel * K + k];
  }
  const float bias = a.bias[channel];
#pragma unroll
  for (int i = 0; i < CONVOLUTION_RUN; i++) {
    float sum = bias;
#pragma unroll
    for (int k = 0; k < K; k++) {
      sum += weight[k] * in[i + k];
    }
    if (first + i < a.length) {
      const long long step = static_cast<long long>(blockIdx.z) * a.length + first + i;
      store(a.y + step * a.channels + channel, silu(sum));
    }
  }
  if (blockIdx.y == 0) {
    for (int j = 0; j < K - 1; j++) {
      const long long row = static_cast<long long>(blockIdx.z) * (K - 1) + j;
      const float value = convolution_input<T, K>(a, channel, a.length + j);
      store(a.last_window + row * a.channels + channel, value);
    }
  }
}

/**
 * A run here is one of p, which is K − 1 longer than the input. With u the sum under SiLU and g its
 * gradient: ∂p_s = Σ_k w_k ∘ g_{s−k}, ∂w_k = Σ_t g_t ∘ p_{t+k}. u is computed again instead of kept.
 */
template <typename T, int K>
__global__ void __launch_bounds__(THREADS) convolution_backward(ConvolutionArguments<T> a) {
  const int channel = blockIdx.x * THREADS + threadIdx.x;
  if (channel >= a.channels) {
    return;
  }
  constexpr int STEPS = CONVOLUTION_RUN + K - 1;  // whose gradient reaches this run
  const int first = blockIdx.y * CONVOLUTION_RUN;
  const int before = first - (K - 1);
  float in[STEPS + K - 1];
#pragma unroll
  for (int i = 0; i < STEPS + K - 1; i++) {
    in[i] = convolution_input<T, K>(a, channel, before + i);
  }
  float gradient[STEPS];
#pragma unroll
  for (int j = 0; j < STEPS; j++) {
    const int t = before + j;
    const long long step = static_cast<long long>(blockIdx.z) * a.length + t;
    gradient[j] =
        t >= 0 && t < a.length ? to_float(a.y_gradient[step * a.channels + channel]) : 0.0f;
  }
  float weight[K];
  float weight_sum[K];
#pragma unroll
  for (int k = 0; k < K; k++) {
    weight[k] = a.weight[channel * K + k];
    weight_sum[k] = 0.0f;
  }
  const float bias = a.bias[channel];
  float bias_sum = 0.0f;
#pragma unroll
  for (int j = 0; j < STEPS; j++) {
    float u = bias;
#pragma unroll
    for (int k = 0; k < K; k++) {
      u += weight[k] * in[j + k];
    }
    gradient[j] *= silu_slope(u, sigmoid(u));
    if (j >= K - 1) {
#pragma unroll
      for (int k = 0; k < K; k++) {
        weight_sum[k] += gradient[j] * in[j + k];
      }
      bias_sum += gradient[j];
    }
  }
#pragma unroll
  for (int i = 0; i < CONVOLUTION_RUN; i++) {
    const int p = first + i;
    float sum = 0.0f;
#pragma unroll
    for (int k = 0; k < K; k++) {
      sum += weight[k] * gradient[i + K - 1 - k];
    }
    if (a.last_gradient != nullptr && p >= a.length && p < a.length + K - 1) {
      const long long row = static_cast<long long>(blockIdx.z) * (K - 1) + p - a.length;
      sum += to_float(a.last_gradient[row * a.channels + channel]);
    }
    const int t = p - (K - 1);
    if (t >= 0 && t < a.length) {
      const long long step = static_cast<long long>(blockIdx.z) * a.length + t;
      store(a.x_gradient + step * a.channels + channel, sum);
    } else if (t < 0 && a.window_gradient != nullptr) {
      const long long row = static_cast<long long>(blockIdx.z) * (K - 1) + p;
      store(a.window_gradient + row * a.channels + channel, sum);
    }
  }
  const long long part = static_cast<long long>(blockIdx.z) * gridDim.y + blockIdx.y;
#pragma unroll
  for (int k = 0; k < K; k++) {
    a.weight_parts[(part * a.channels + channel) * K + k] = weight_sum[k];
  }
  a.bias_parts[part * a.channels + channel] = bias_sum;
}
