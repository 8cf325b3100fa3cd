// What all kernels share: the two types of activations, fast functions, and sums in a fixed order.
//
// Compiles with NVRTC and nvcc, and with g++ on the emulated threads of src/test/cuda/emulation. No
// header of the host is needed. Every sum is taken in an order that depends on shapes alone, so
// equal inputs give equal bits; no kernel adds floating-point numbers atomically.
#pragma once

constexpr int THREADS = 256;  // of every block
constexpr int WARP = 32;
constexpr int WARPS = THREADS / WARP;
constexpr unsigned ALL_LANES = 0xffffffffu;

constexpr float LOG2_E = 1.4426950408889634f;
constexpr float LN_2 = 0.6931471805599453f;

/** The upper half of a float32: one sign bit, eight of exponent, seven of fraction. */
struct bf16 {
  unsigned short bits;
};

__device__ inline float to_float(float value) { return value; }

__device__ inline float to_float(bf16 value) {
  return __uint_as_float(static_cast<unsigned>(value.bits) << 16);
}

__device__ inline void store(float* to, float value) { *to = value; }

/** Rounds to the nearest, ties to even; a NaN stays one. */
__device__ inline void store(bf16* to, float value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(to->bits) : "f"(value));
#else
  unsigned bits = __float_as_uint(value);
  bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  bits = nan ? bits | 0x00400000u : bits + 0x7fffu + ((bits >> 16) & 1u);
  to->bits = static_cast<unsigned short>(bits >> 16);
#endif
}

/** 2^x in one instruction of the special function unit, to about two units in the last place. */
__device__ inline float power_of_two(float x) {
#if defined(__CUDA_ARCH__)
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#else
  return exp2f(x);
#endif
}

__device__ inline float sigmoid(float x) { return 1.0f / (1.0f + power_of_two(-LOG2_E * x)); }

__device__ inline float silu(float x) { return x * sigmoid(x); }

/** d SiLU(x)/dx, given s = σ(x). */
__device__ inline float silu_slope(float x, float s) { return s * (1.0f + x * (1.0f - s)); }

/** ln(1 + e^x), which overflows nowhere and keeps small values exact. */
__device__ inline float softplus(float x) {
  return fmaxf(x, 0.0f) + log1pf(power_of_two(-LOG2_E * fabsf(x)));
}

/**
 * Sums V values of each of LANES lanes that lie STRIDE apart, and spreads the sums over the lanes.
 *
 * Each round a lane gives away the half of its values that its partner will hold and takes the other
 * half: V values cost about V exchanges, not V·log2(LANES). Then lane i of LANES holds, from v[0] on,
 * the V / LANES sums from index i·V/LANES; with more lanes than values, the sum of index i·V/LANES.
 */
template <int V, int LANES, int STRIDE>
__device__ inline void spread_sum(float (&v)[V]) {
  const int lane = threadIdx.x % WARP;
  int held = V;
#pragma unroll
  for (int bit = LANES * STRIDE / 2; bit >= STRIDE; bit /= 2) {
    if (held > 1) {
      held /= 2;
      const bool upper = (lane & bit) != 0;
#pragma unroll
      for (int i = 0; i < V / 2; i++) {
        if (i < held) {
          const float keep = upper ? v[i + held] : v[i];
          const float give = upper ? v[i] : v[i + held];
          v[i] = keep + __shfl_xor_sync(ALL_LANES, give, bit);
        }
      }
    } else {
      v[0] += __shfl_xor_sync(ALL_LANES, v[0], bit);
    }
  }
}

/** The sum over a block, known to all of its threads; at most once per type in a kernel. */
template <typename N>
__device__ inline N block_sum(N value) {
  __shared__ N of_warp[WARPS];
#pragma unroll
  for (int bit = WARP / 2; bit > 0; bit /= 2) {
    value += __shfl_xor_sync(ALL_LANES, value, bit);
  }
  if (threadIdx.x % WARP == 0) {
    of_warp[threadIdx.x / WARP] = value;
  }
  __syncthreads();
  N sum = 0;
#pragma unroll
  for (int i = 0; i < WARPS; i++) {
    sum += of_warp[i];
  }
  return sum;
}
