// Selective scan with step size, skip and gate: Δ = softplus(δ + bias), h_t = exp(Δ_t A) ∘ h_{t−1} +
// Δ_t x_t B_t, y_t = (C_t h_t + D x_t) ∘ SiLU(z_t) (Mamba, Algorithm 2), and its way back.
//
// Activations are (batch, length, channels), as the projections leave them. Time is cut twice: into
// tiles, whose start states are kept for the way back, and into spans of whole tiles, which run at the
// same time where batch · channels alone do not fill the device.
//
// A thread owns S states of one channel, G threads own a channel, a block owns 256 / G channels:
// n = 16 is S 4, G 4, 64 channels. A tile has two phases. Columns: threads take elements of (steps,
// channels), neighbours in memory, so every load and store is coalesced, and softplus and the gate are
// computed once per element. Steps: threads take states in registers and read the tile from shared
// memory, where lanes of a channel share a word (broadcast) and rows are padded so that the G rows
// written at once fall into different banks.
//
// What a warp spends a step and 128 states on (sm_90, counted in the compiled steps phase): forward 38
// instructions, of which four 2^x take the special function unit 32 cycles (A is scaled by log2 e once,
// so that exp is one instruction); backward 110, with eight 2^x: four repeat the tile's states, four
// give the decay again. So forward is near the limit of that unit, backward near that of issue. Sums over
// states and channels are spread over lanes (spread_sum): a quarter of the exchanges of butterflies.
#include "adder.cuh"

template <typename T>
struct ScanArguments {
  const T* x;            // (batch, length, channels)
  const T* delta;        // δ, before bias and softplus, likewise
  const float* bias;     // (channels)
  const float* a;        // negative, (channels, states)
  const T* b;            // (batch, length, states)
  const T* c;            // (batch, length, states)
  const float* skip;     // D, (channels)
  const T* z;            // before SiLU, (batch, length, channels)
  const float* initial;  // h before the first step, (batch, channels, states), or null for zero
  T* y;                  // (batch, length, channels)
  float* last;           // h behind the last step, (batch, channels, states)
  float* kept;           // h before each tile, (batch, tiles, channels, states), or null
  float* starts;         // h before each span, (batch, spans, channels, states); null for one span
  float* delta_sums;     // Σ Δ of each span, (batch, spans, channels); null for one span
  // Of the way back:
  const T* y_gradient;         // (batch, length, channels)
  const float* last_gradient;  // (batch, channels, states), or null
  float* ends;                 // gradient of h behind each span, like starts; null for one span
  T* x_gradient;
  T* delta_gradient;
  T* z_gradient;
  float* initial_gradient;     // or null
  float* a_parts;              // (batch · spans, channels, states)
  float* b_parts;              // (blocks of channels, batch, length, states)
  float* c_parts;              // likewise
  float* skip_parts;           // (batch · spans, channels)
  float* bias_parts;           // likewise
  int batch;
  int length;
  int channels;
  int states;
  int span;                    // steps, a multiple of the tile
  int spans;
};

/** How S states a thread and G threads a channel divide a block. */
template <int S, int G>
struct ScanShape {
  static constexpr int STATES = S * G;                 // of a channel, padded by zeros
  static constexpr int CHANNELS = THREADS / G;         // of a block
  static constexpr int TILE = STATES > 128 ? 8 : 16;   // steps
  static constexpr int ROW = CHANNELS + 8;             // padded row of a tile
  static constexpr int ELEMENTS = (TILE + G - 1) / G;  // of a tile for a thread
  static constexpr int LANES = WARP / G;               // channels of a warp
  // Steps whose ∂B and ∂C the warps of a block hand over at once, in 16 KiB.
  static constexpr int HANDED = TILE * STATES <= 256 ? TILE : 256 / STATES;
};

/** Where a thread stands: blocks are (blocks of channels, spans, batch). */
template <int S, int G>
struct ScanPlace {
  using Shape = ScanShape<S, G>;

  // Steps phase.
  int own = threadIdx.x / G;    // channel within the block
  int group = threadIdx.x % G;  // which S states
  int channel = blockIdx.x * Shape::CHANNELS + own;
  // Columns phase: steps row, row + G, … of one channel.
  int column = threadIdx.x % Shape::CHANNELS;
  int row = threadIdx.x / Shape::CHANNELS;
  int element_channel = blockIdx.x * Shape::CHANNELS + column;

  /** The index of a step's element of this thread, or −1 outside of the tensor. */
  __device__ long long element(int t, int end, int channels, int length) const {
    return t < end && element_channel < channels
        ? (static_cast<long long>(blockIdx.z) * length + t) * channels + element_channel
        : -1;
  }
};

/** S states of one channel; what lies beyond the last state or channel is zero. */
template <int S>
__device__ inline void load_states(
    float (&h)[S], const float* from, long long row, int group, int states, bool inside) {
#pragma unroll
  for (int k = 0; k < S; k++) {
    const int n = group * S + k;
    h[k] = from != nullptr && inside && n < states ? from[row * states + n] : 0.0f;
  }
}

template <int S>
__device__ inline void store_states(
    const float (&h)[S], float* to, long long row, int group, int states, bool inside) {
#pragma unroll
  for (int k = 0; k < S; k++) {
    const int n = group * S + k;
    if (inside && n < states) {
      to[row * states + n] = h[k];
    }
  }
}

/** B or C of a tile, zero beyond the end and the last state; threads read neighbours. */
template <int S, int G, typename T>
__device__ inline void load_selective(
    float (&to)[ScanShape<S, G>::TILE][S * G], const T* from, int first, int end, int length,
    int states) {
  for (int i = threadIdx.x; i < ScanShape<S, G>::TILE * S * G; i += THREADS) {
    const int t = first + i / (S * G);
    const int n = i % (S * G);
    to[i / (S * G)][n] = t < end && n < states
        ? to_float(from[(static_cast<long long>(blockIdx.z) * length + t) * states + n])
        : 0.0f;
  }
}

/** S neighbours of shared memory; 16 bytes a load. */
template <int S>
__device__ inline void read(float (&to)[S], const float* from) {
#pragma unroll
  for (int k = 0; k < S; k += 4) {
    const float4 four = *reinterpret_cast<const float4*>(from + k);
    to[k] = four.x;
    to[k + 1] = four.y;
    to[k + 2] = four.z;
    to[k + 3] = four.w;
  }
}

/** A · log2 e, so that exp(Δ A) is 2^(Δ · rate). */
template <int S, typename T>
__device__ inline void load_rates(
    float (&rate)[S], const ScanArguments<T>& a, int channel, int group) {
  load_states(rate, a.a, channel, group, a.states, channel < a.channels);
#pragma unroll
  for (int k = 0; k < S; k++) {
    rate[k] *= LOG2_E;
  }
}

/** First of two or three passes over spans: where each ends if it starts from zero, and its Σ Δ. */
template <typename T, int S, int G>
__global__ void __launch_bounds__(THREADS) scan_local(ScanArguments<T> a) {
  using Shape = ScanShape<S, G>;
  __shared__ float step[Shape::TILE][Shape::ROW];
  __shared__ float drive[Shape::TILE][Shape::ROW];
  __shared__ __align__(16) float in[Shape::TILE][Shape::STATES];
  const ScanPlace<S, G> place;
  const bool inside = place.channel < a.channels;
  const float bias = place.element_channel < a.channels ? a.bias[place.element_channel] : 0.0f;
  const int begin = blockIdx.y * a.span;
  const int end = min(begin + a.span, a.length);
  float rate[S];
  float h[S] = {};
  float sum = 0.0f;
  load_rates(rate, a, place.channel, place.group);
  for (int first = begin; first < end; first += Shape::TILE) {
    __syncthreads();
#pragma unroll
    for (int e = 0; e < Shape::ELEMENTS; e++) {
      const int t = place.row + e * G;
      if (t < Shape::TILE) {
        const long long i = place.element(first + t, end, a.channels, a.length);
        const float delta = i < 0 ? 0.0f : softplus(to_float(a.delta[i]) + bias);
        step[t][place.column] = delta;
        drive[t][place.column] = i < 0 ? 0.0f : delta * to_float(a.x[i]);
      }
    }
    load_selective<S, G>(in, a.b, first, end, a.length, a.states);
    __syncthreads();
#pragma unroll 4
    for (int t = 0; t < Shape::TILE; t++) {
      const float delta = step[t][place.own];
      const float driven = drive[t][place.own];
      float b[S];
      read(b, in[t] + place.group * S);
      sum += delta;
#pragma unroll
      for (int k = 0; k < S; k++) {
        h[k] = power_of_two(delta * rate[k]) * h[k] + driven * b[k];
      }
    }
  }
  const long long span = static_cast<long long>(blockIdx.z) * a.spans + blockIdx.y;
  const long long row = span * a.channels + place.channel;
  store_states(h, a.starts, row, place.group, a.states, inside);
  if (inside && place.group == 0) {
    a.delta_sums[row] = sum;
  }
}

/** Second pass: turns local ends of spans into start states, in order. Blocks (d · n, batch). */
template <typename T>
__global__ void __launch_bounds__(THREADS) scan_combine(ScanArguments<T> a) {
  const long long all = static_cast<long long>(a.channels) * a.states;
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i >= all) {
    return;
  }
  const float rate = a.a[i] * LOG2_E;
  float h = a.initial == nullptr ? 0.0f : a.initial[blockIdx.y * all + i];
  for (int s = 0; s < a.spans; s++) {
    const long long span = static_cast<long long>(blockIdx.y) * a.spans + s;
    const float decay = power_of_two(rate * a.delta_sums[span * a.channels + i / a.states]);
    const float local = a.starts[span * all + i];
    a.starts[span * all + i] = h;
    h = decay * h + local;
  }
}

/** The pass that gives y. Loads of the next tile are issued before the steps of this one. */
template <typename T, int S, int G>
__global__ void __launch_bounds__(THREADS) scan_forward(ScanArguments<T> a) {
  using Shape = ScanShape<S, G>;
  constexpr int E = Shape::ELEMENTS;
  __shared__ float step[Shape::TILE][Shape::ROW];
  __shared__ float drive[Shape::TILE][Shape::ROW];
  __shared__ float out[Shape::TILE][Shape::ROW];
  __shared__ __align__(16) float in_b[Shape::TILE][Shape::STATES];
  __shared__ __align__(16) float in_c[Shape::TILE][Shape::STATES];
  const ScanPlace<S, G> place;
  const bool inside = place.channel < a.channels;
  const bool column_inside = place.element_channel < a.channels;
  const float bias = column_inside ? a.bias[place.element_channel] : 0.0f;
  const float skip = column_inside ? a.skip[place.element_channel] : 0.0f;
  const int begin = blockIdx.y * a.span;
  const int end = min(begin + a.span, a.length);
  const int tiles = (a.length + Shape::TILE - 1) / Shape::TILE;
  float rate[S];
  float h[S];
  load_rates(rate, a, place.channel, place.group);
  if (a.starts != nullptr) {
    const long long span = static_cast<long long>(blockIdx.z) * a.spans + blockIdx.y;
    load_states(
        h, a.starts, span * a.channels + place.channel, place.group, a.states, inside);
  } else {
    const long long row = static_cast<long long>(blockIdx.z) * a.channels + place.channel;
    load_states(h, a.initial, row, place.group, a.states, inside);
  }
  float next_x[E];
  float next_delta[E];
  float next_z[E];
  auto load = [&](int first) {
#pragma unroll
    for (int e = 0; e < E; e++) {
      const int t = place.row + e * G;
      const long long i =
          t < Shape::TILE ? place.element(first + t, end, a.channels, a.length) : -1;
      next_x[e] = i < 0 ? 0.0f : to_float(a.x[i]);
      next_delta[e] = i < 0 ? 0.0f : to_float(a.delta[i]);
      next_z[e] = i < 0 ? 0.0f : to_float(a.z[i]);
    }
  };
  load(begin);
  for (int first = begin; first < end; first += Shape::TILE) {
    float x[E];
    float z[E];
#pragma unroll
    for (int e = 0; e < E; e++) {
      const int t = place.row + e * G;
      x[e] = next_x[e];
      z[e] = next_z[e];
      if (t < Shape::TILE) {
        // A step outside leaves the state as it is: no decay, no drive.
        const bool valid = place.element(first + t, end, a.channels, a.length) >= 0;
        const float delta = valid ? softplus(next_delta[e] + bias) : 0.0f;
        step[t][place.column] = delta;
        drive[t][place.column] = delta * x[e];
      }
    }
    load_selective<S, G>(in_b, a.b, first, end, a.length, a.states);
    load_selective<S, G>(in_c, a.c, first, end, a.length, a.states);
    if (a.kept != nullptr) {
      const long long tile = static_cast<long long>(blockIdx.z) * tiles + first / Shape::TILE;
      store_states(
          h, a.kept, tile * a.channels + place.channel, place.group, a.states, inside);
    }
    __syncthreads();
    load(first + Shape::TILE);
#pragma unroll
    for (int four = 0; four < Shape::TILE; four += 4) {
      float read_out[4];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        const float delta = step[four + i][place.own];
        const float driven = drive[four + i][place.own];
        float b[S];
        float c[S];
        read(b, in_b[four + i] + place.group * S);
        read(c, in_c[four + i] + place.group * S);
        float sum = 0.0f;
#pragma unroll
        for (int k = 0; k < S; k++) {
          h[k] = power_of_two(delta * rate[k]) * h[k] + driven * b[k];
          sum += c[k] * h[k];
        }
        read_out[i] = sum;
      }
      spread_sum<4, G, 1>(read_out);
      if (place.group % (G / 4) == 0) {
        out[four + place.group / (G / 4)][place.own] = read_out[0];
      }
    }
    __syncthreads();
#pragma unroll
    for (int e = 0; e < E; e++) {
      const int t = place.row + e * G;
      const long long i =
          t < Shape::TILE ? place.element(first + t, end, a.channels, a.length) : -1;
      if (i >= 0) {
        store(a.y + i, (out[t][place.column] + skip * x[e]) * silu(z[e]));
      }
    }
  }
  if (blockIdx.y == a.spans - 1) {
    const long long row = static_cast<long long>(blockIdx.z) * a.channels + place.channel;
    store_states(h, a.last, row, place.group, a.states, inside);
  }
}

/** The way back, first pass: the gradient before each span if none comes from behind it. */
template <typename T, int S, int G>
__global__ void __launch_bounds__(THREADS) scan_backward_local(ScanArguments<T> a) {
  using Shape = ScanShape<S, G>;
  __shared__ float step[Shape::TILE][Shape::ROW];
  __shared__ float gated[Shape::TILE][Shape::ROW];
  __shared__ __align__(16) float in[Shape::TILE][Shape::STATES];
  const ScanPlace<S, G> place;
  const bool inside = place.channel < a.channels;
  const float bias = place.element_channel < a.channels ? a.bias[place.element_channel] : 0.0f;
  const int begin = blockIdx.y * a.span;
  const int end = min(begin + a.span, a.length);
  float rate[S];
  float g[S] = {};
  load_rates(rate, a, place.channel, place.group);
  const int behind = begin + (end - begin + Shape::TILE - 1) / Shape::TILE * Shape::TILE;
  for (int first = behind - Shape::TILE; first >= begin; first -= Shape::TILE) {
    __syncthreads();
#pragma unroll
    for (int e = 0; e < Shape::ELEMENTS; e++) {
      const int t = place.row + e * G;
      if (t < Shape::TILE) {
        const long long i = place.element(first + t, end, a.channels, a.length);
        step[t][place.column] = i < 0 ? 0.0f : softplus(to_float(a.delta[i]) + bias);
        gated[t][place.column] =
            i < 0 ? 0.0f : to_float(a.y_gradient[i]) * silu(to_float(a.z[i]));
      }
    }
    load_selective<S, G>(in, a.c, first, end, a.length, a.states);
    __syncthreads();
#pragma unroll 4
    for (int t = Shape::TILE - 1; t >= 0; t--) {
      const float delta = step[t][place.own];
      const float gradient = gated[t][place.own];
      float c[S];
      read(c, in[t] + place.group * S);
#pragma unroll
      for (int k = 0; k < S; k++) {
        g[k] = power_of_two(delta * rate[k]) * (g[k] + gradient * c[k]);
      }
    }
  }
  const long long span = static_cast<long long>(blockIdx.z) * a.spans + blockIdx.y;
  store_states(g, a.ends, span * a.channels + place.channel, place.group, a.states, inside);
}

/** Second pass: turns them into the gradient that comes from behind each span, last span first. */
template <typename T>
__global__ void __launch_bounds__(THREADS) scan_backward_combine(ScanArguments<T> a) {
  const long long all = static_cast<long long>(a.channels) * a.states;
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i >= all) {
    return;
  }
  const float rate = a.a[i] * LOG2_E;
  float g = a.last_gradient == nullptr ? 0.0f : a.last_gradient[blockIdx.y * all + i];
  for (int s = a.spans - 1; s >= 0; s--) {
    const long long span = static_cast<long long>(blockIdx.y) * a.spans + s;
    const float decay = power_of_two(rate * a.delta_sums[span * a.channels + i / a.states]);
    const float local = a.ends[span * all + i];
    a.ends[span * all + i] = g;
    g = local + decay * g;
  }
}

/**
 * The pass that gives all gradients. With u_t = C_t h_t + D x_t, q_t = ∂y_t ∘ SiLU(z_t) and g_t the
 * gradient of h_t, which runs backwards as g_t = C_t q_t + exp(Δ_{t+1} A) ∘ g_{t+1}:
 *
 * ∂C_t = Σ_d q_t h_t, ∂B_t = Σ_d g_t Δ_t x_t, ∂A = Σ_t Δ_t e_t with e_t = g_t ∘ exp(Δ_t A) ∘ h_{t−1},
 * ∂x_t = D q_t + Δ_t Σ_n g_t B_t, ∂Δ_t = x_t Σ_n g_t B_t + Σ_n A e_t, ∂z_t = ∂y_t u_t SiLU′(z_t).
 *
 * Per tile the states h_{t−1} are repeated from the kept one into 64 registers a thread (S · 16, or
 * S · 8 where S is 8). The launch bound asks for two blocks a multiprocessor, 128 registers a thread:
 * 16 warps, each with several independent chains of multiply-adds, hide the latency of 2^x.
 */
template <typename T, int S, int G>
__global__ void __launch_bounds__(THREADS, 2) scan_backward(ScanArguments<T> a) {
  using Shape = ScanShape<S, G>;
  constexpr int E = Shape::ELEMENTS;
  constexpr int HELD = 2 * S / Shape::LANES;  // sums of ∂B and ∂C that a lane ends up with
  __shared__ float step[Shape::TILE][Shape::ROW];
  __shared__ float drive[Shape::TILE][Shape::ROW];
  __shared__ float gated[Shape::TILE][Shape::ROW];
  __shared__ float out[Shape::TILE][Shape::ROW];
  __shared__ float driven_sums[Shape::TILE][Shape::ROW];
  __shared__ float decay_sums[Shape::TILE][Shape::ROW];
  __shared__ __align__(16) float in_b[Shape::TILE][Shape::STATES];
  __shared__ __align__(16) float in_c[Shape::TILE][Shape::STATES];
  __shared__ float handed[WARPS][Shape::HANDED][2 * Shape::STATES];
  const ScanPlace<S, G> place;
  const bool inside = place.channel < a.channels;
  const bool column_inside = place.element_channel < a.channels;
  const float bias = column_inside ? a.bias[place.element_channel] : 0.0f;
  const float skip = column_inside ? a.skip[place.element_channel] : 0.0f;
  const int warp = threadIdx.x / WARP;
  const int lane_channel = threadIdx.x % WARP / G;
  const int begin = blockIdx.y * a.span;
  const int end = min(begin + a.span, a.length);
  const int tiles = (a.length + Shape::TILE - 1) / Shape::TILE;
  const long long span = static_cast<long long>(blockIdx.z) * a.spans + blockIdx.y;
  const long long sequence_row = static_cast<long long>(blockIdx.z) * a.channels + place.channel;
  float rate[S];
  float g[S];
  float a_sum[S] = {};
  float skip_sum = 0.0f;
  float bias_sum = 0.0f;
  load_rates(rate, a, place.channel, place.group);
  if (a.ends != nullptr) {
    load_states(g, a.ends, span * a.channels + place.channel, place.group, a.states, inside);
  } else {
    load_states(g, a.last_gradient, sequence_row, place.group, a.states, inside);
  }
  const int behind = begin + (end - begin + Shape::TILE - 1) / Shape::TILE * Shape::TILE;
  for (int first = behind - Shape::TILE; first >= begin; first -= Shape::TILE) {
#pragma unroll
    for (int e = 0; e < E; e++) {
      const int t = place.row + e * G;
      if (t < Shape::TILE) {
        const long long i = place.element(first + t, end, a.channels, a.length);
        const float delta = i < 0 ? 0.0f : softplus(to_float(a.delta[i]) + bias);
        step[t][place.column] = delta;
        drive[t][place.column] = i < 0 ? 0.0f : delta * to_float(a.x[i]);
        gated[t][place.column] =
            i < 0 ? 0.0f : to_float(a.y_gradient[i]) * silu(to_float(a.z[i]));
      }
    }
    load_selective<S, G>(in_b, a.b, first, end, a.length, a.states);
    load_selective<S, G>(in_c, a.c, first, end, a.length, a.states);
    float h[S];
    const long long tile = static_cast<long long>(blockIdx.z) * tiles + first / Shape::TILE;
    load_states(h, a.kept, tile * a.channels + place.channel, place.group, a.states, inside);
    __syncthreads();

    float before[Shape::TILE][S];
#pragma unroll
    for (int four = 0; four < Shape::TILE; four += 4) {
      float read_out[4];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        const float delta = step[four + i][place.own];
        const float driven = drive[four + i][place.own];
        float b[S];
        float c[S];
        read(b, in_b[four + i] + place.group * S);
        read(c, in_c[four + i] + place.group * S);
        float sum = 0.0f;
#pragma unroll
        for (int k = 0; k < S; k++) {
          before[four + i][k] = h[k];
          h[k] = power_of_two(delta * rate[k]) * h[k] + driven * b[k];
          sum += c[k] * h[k];
        }
        read_out[i] = sum;
      }
      spread_sum<4, G, 1>(read_out);
      if (place.group % (G / 4) == 0) {
        out[four + place.group / (G / 4)][place.own] = read_out[0];
      }
    }

#pragma unroll
    for (int four = Shape::TILE - 4; four >= 0; four -= 4) {
      float driven_sum[4];
      float decay_sum[4];
#pragma unroll
      for (int i = 3; i >= 0; i--) {
        const int t = four + i;
        const float delta = step[t][place.own];
        const float driven = drive[t][place.own];
        const float gradient = gated[t][place.own];
        float b[S];
        float c[S];
        float selective[2 * S];
        // Keeps the loads of other steps where they are: moved up here, they cost registers that
        // there are not (940 bytes spilled a thread on sm_100, none with this line).
        __syncwarp();
        read(b, in_b[t] + place.group * S);
        read(c, in_c[t] + place.group * S);
        driven_sum[i] = 0.0f;
        decay_sum[i] = 0.0f;
#pragma unroll
        for (int k = 0; k < S; k++) {
          const float decay = power_of_two(delta * rate[k]);
          g[k] += gradient * c[k];
          selective[k] = g[k] * driven;
          selective[S + k] = gradient * h[k];
          driven_sum[i] += g[k] * b[k];
          h[k] = before[t][k];
          g[k] *= decay;
          const float change = g[k] * h[k];
          a_sum[k] += delta * change;
          decay_sum[i] += rate[k] * change;
        }
        spread_sum<2 * S, Shape::LANES, G>(selective);
#pragma unroll
        for (int j = 0; j < HELD; j++) {
          const int sum = lane_channel * HELD + j;
          handed[warp][t % Shape::HANDED][sum / S * Shape::STATES + place.group * S + sum % S] =
              selective[j];
        }
        if (t % Shape::HANDED == 0) {
          __syncthreads();
          for (int s = threadIdx.x; s < Shape::HANDED * 2 * Shape::STATES; s += THREADS) {
            const int of = s / (2 * Shape::STATES);
            const int n = s % Shape::STATES;
            const int moment = first + t + of;
            float sum = 0.0f;
#pragma unroll
            for (int w = 0; w < WARPS; w++) {
              sum += handed[w][of][s % (2 * Shape::STATES)];
            }
            if (moment < end && n < a.states) {
              const long long block = static_cast<long long>(blockIdx.x) * a.batch + blockIdx.z;
              float* parts = s % (2 * Shape::STATES) < Shape::STATES ? a.b_parts : a.c_parts;
              parts[(block * a.length + moment) * a.states + n] = sum;
            }
          }
          if (t > 0) {
            __syncthreads();
          }
        }
      }
      spread_sum<4, G, 1>(driven_sum);
      spread_sum<4, G, 1>(decay_sum);
      if (place.group % (G / 4) == 0) {
        const int t = four + place.group / (G / 4);
        driven_sums[t][place.own] = driven_sum[0];
        decay_sums[t][place.own] = decay_sum[0] * LN_2;
      }
    }
    __syncthreads();

    // x, δ, z and ∂y are read again, from L1 or L2, rather than held in 16 registers meanwhile.
#pragma unroll
    for (int e = 0; e < E; e++) {
      const int t = place.row + e * G;
      const long long i =
          t < Shape::TILE ? place.element(first + t, end, a.channels, a.length) : -1;
      if (i >= 0) {
        const float x = to_float(a.x[i]);
        const float z = to_float(a.z[i]);
        const float open = sigmoid(z);
        const float through = gated[t][place.column];
        const float driven = driven_sums[t][place.column];
        const float delta_gradient = (driven * x + decay_sums[t][place.column])
            * sigmoid(to_float(a.delta[i]) + bias);
        store(a.x_gradient + i, skip * through + step[t][place.column] * driven);
        store(a.delta_gradient + i, delta_gradient);
        store(
            a.z_gradient + i,
            to_float(a.y_gradient[i]) * (out[t][place.column] + skip * x) * silu_slope(z, open));
        skip_sum += through * x;
        bias_sum += delta_gradient;
      }
    }
  }

  store_states(a_sum, a.a_parts, span * a.channels + place.channel, place.group, a.states, inside);
  if (blockIdx.y == 0 && a.initial_gradient != nullptr) {
    store_states(g, a.initial_gradient, sequence_row, place.group, a.states, inside);
  }
  // G threads hold sums of one channel; added in order of their rows, in tiles no longer needed.
  __syncthreads();
  float(&skip_sums)[Shape::TILE][Shape::ROW] = step;
  float(&bias_sums)[Shape::TILE][Shape::ROW] = drive;
  if (place.row < Shape::TILE) {
    skip_sums[place.row][place.column] = skip_sum;
    bias_sums[place.row][place.column] = bias_sum;
  }
  __syncthreads();
  if (place.row == 0 && column_inside) {
    float skips = 0.0f;
    float biases = 0.0f;
    for (int r = 0; r < min(G, Shape::TILE); r++) {
      skips += skip_sums[r][place.column];
      biases += bias_sums[r][place.column];
    }
    a.skip_parts[span * a.channels + place.element_channel] = skips;
    a.bias_parts[span * a.channels + place.element_channel] = biases;
  }
}
