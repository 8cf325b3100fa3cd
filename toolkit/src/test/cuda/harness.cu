// Every kernel against loops in float64 on the host: outputs and all gradients.
//
// Sizes are odd on purpose: one step, borders of tiles, runs and blocks, several spans, and numbers of
// states for each shape of a block. Everything a kernel must write is filled with NaN before. Every case runs
// twice and must give equal bits. The same file runs on a GPU (nvcc) and on emulated threads (g++).
#ifdef ADDER_EMULATION
#include "cuda_emulation.h"
#else
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

inline void check(cudaError_t error) {
  if (error != cudaSuccess) {
    std::fprintf(stderr, "CUDA says: %s.\n", cudaGetErrorString(error));
    std::exit(3);
  }
}
inline void* device_allocate(std::size_t bytes) {
  void* memory = nullptr;
  check(cudaMalloc(&memory, std::max<std::size_t>(bytes, 1)));
  return memory;
}
inline void device_free(void* memory) { check(cudaFree(memory)); }
inline void device_fill(void* memory, int byte, std::size_t bytes) {
  check(cudaMemset(memory, byte, bytes));
}
inline void to_device(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice));
}
inline void to_host(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost));
}
#define LAUNCH(grid, arguments, ...)                \
  do {                                              \
    __VA_ARGS__<<<grid, THREADS>>>(arguments);      \
    check(cudaGetLastError());                      \
  } while (false)
#endif

#include <functional>
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

using Values = std::vector<double>;

// ---------------------------------------------------------------- memory, numbers, comparison

static std::uint64_t random_state = 1;

/** Uniform in [low, high). */
static double uniform(double low, double high) {
  random_state += 0x9e3779b97f4a7c15ull;
  std::uint64_t z = random_state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return low + (high - low) * static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

static float host_float(float value) { return value; }
static float host_float(bf16 value) {
  std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, 4);
  return result;
}
static void host_store(float* to, double value) { *to = static_cast<float>(value); }
static void host_store(bf16* to, double value) {
  float rounded = static_cast<float>(value);
  std::uint32_t bits;
  std::memcpy(&bits, &rounded, 4);
  bits += 0x7fffu + ((bits >> 16) & 1u);
  to->bits = static_cast<unsigned short>(bits >> 16);
}

/** An array of the device. */
template <typename T>
class Array {
 public:
  /** Filled with NaN. */
  explicit Array(std::size_t size) : size_(size), memory_(device_allocate(size * sizeof(T))) {
    device_fill(memory_, 0xff, size * sizeof(T));
  }
  /** Values as T holds them; rounds the given ones likewise, so that a reference sees the same. */
  explicit Array(Values& values) : Array(values.size()) {
    std::vector<T> host(values.size());
    for (std::size_t i = 0; i < values.size(); i++) {
      host_store(&host[i], values[i]);
      values[i] = host_float(host[i]);
    }
    to_device(memory_, host.data(), host.size() * sizeof(T));
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { device_free(memory_); }

  T* pointer() const { return static_cast<T*>(memory_); }

  std::vector<T> host() const {
    std::vector<T> host(size_);
    to_host(host.data(), memory_, size_ * sizeof(T));
    return host;
  }

  Values values() const {
    Values values;
    for (T value : host()) {
      values.push_back(host_float(value));
    }
    return values;
  }

 private:
  std::size_t size_;
  void* memory_;
};

/** Whole numbers or records on the device. */
template <typename T>
class Records {
 public:
  explicit Records(const std::vector<T>& records)
      : memory_(device_allocate(records.size() * sizeof(T))) {
    to_device(memory_, records.data(), records.size() * sizeof(T));
  }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  ~Records() { device_free(memory_); }
  T* pointer() const { return static_cast<T*>(memory_); }

 private:
  void* memory_;
};

static Values random_values(std::size_t size, double low, double high) {
  Values values(size);
  for (double& value : values) {
    value = uniform(low, high);
  }
  return values;
}

template <typename T>
const char* type_name();
template <>
const char* type_name<float>() {
  return "float";
}
template <>
const char* type_name<bf16>() {
  return "bf16";
}

/** Largest error allowed, as share of the largest value: half a unit of the type, and what sums lose. */
template <typename T>
double tolerance();
template <>
double tolerance<float>() {
  return 1e-5;
}
template <>
double tolerance<bf16>() {
  return 4.2e-3;
}

static int failures = 0;
static double worst_float = 0;
static double worst_bf16 = 0;

static void compare(
    const std::string& name, const Values& got, const Values& expected, double tolerance) {
  double scale = 1e-30;
  double error = 0;
  bool finite = got.size() == expected.size();
  for (std::size_t i = 0; finite && i < got.size(); i++) {
    scale = std::max(scale, std::fabs(expected[i]));
    error = std::max(error, std::fabs(got[i] - expected[i]));
    finite = std::isfinite(got[i]);
  }
  error /= scale;
  (tolerance < 1e-3 ? worst_float : worst_bf16) =
      std::max(tolerance < 1e-3 ? worst_float : worst_bf16, error);
  if (!finite || error > tolerance) {
    failures++;
    std::printf("  FAILED %s: error %.2e, allowed %.1e%s\n", name.c_str(), error, tolerance,
                finite ? "" : ", something was not written");
  }
}

template <typename T>
void compare(const std::string& name, const Array<T>& got, const Values& expected) {
  compare(name, got.values(), expected, tolerance<T>());
}

static void require(bool condition, const std::string& sentence) {
  if (!condition) {
    failures++;
    std::printf("  FAILED %s\n", sentence.c_str());
  }
}

/** What a case has written, to be compared between runs bit by bit. */
class Bits {
 public:
  template <typename T>
  void add(const Array<T>& array) {
    std::vector<T> host = array.host();
    const char* bytes = reinterpret_cast<const char*>(host.data());
    bytes_.insert(bytes_.end(), bytes, bytes + host.size() * sizeof(T));
  }
  bool operator==(const Bits& other) const { return bytes_ == other.bytes_; }

 private:
  std::vector<char> bytes_;
};

/** Runs a case twice, on emulated threads in two orders. */
static void twice(const std::string& name, const std::function<Bits()>& run) {
  std::uint64_t seed = random_state;
  int before = failures;
  Bits first = run();
  random_state = seed;
#ifdef ADDER_EMULATION
  emulation::set_order(1 + static_cast<unsigned>(seed % 3));
#endif
  Bits second = run();
#ifdef ADDER_EMULATION
  emulation::set_order(0);
#endif
  require(first == second, "equal bits of two runs");
  std::printf("%-58s %s\n", name.c_str(), failures == before ? "ok" : "FAILED");
}

static unsigned blocks(long long size, long long of) {
  return static_cast<unsigned>((size + of - 1) / of);
}

template <typename T>
void sum(const Array<float>& parts, Array<T>& out, long long size, int count) {
  SumArguments<T> arguments{parts.pointer(), out.pointer(), size, count};
  LAUNCH(dim3(blocks(size, THREADS)), arguments, sum_parts<T>);
}

static double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
static double silu_of(double x) { return x * sigmoid_of(x); }
static double silu_slope_of(double x) {
  double s = sigmoid_of(x);
  return s * (1 + x * (1 - s));
}

// ---------------------------------------------------------------- selective scan

struct ScanSize {
  int batch;
  int length;
  int channels;
  int states;
  int spans;      // asked for
  bool initial;   // with a state before the first step
  bool following; // with a gradient of the last state
};

/** All tensors of one scan, on the device and, for the reference, on the host. */
struct ScanValues {
  Values x, delta, bias, a, b, c, skip, z, initial, y_gradient, last_gradient;

  explicit ScanValues(const ScanSize& s)
      : x(random_values(wide(s), -2, 2)),
        delta(random_values(wide(s), -4, 2)),
        bias(random_values(s.channels, -1, 1)),
        a(random_values(static_cast<std::size_t>(s.channels) * s.states, -4, -0.1)),
        b(random_values(narrow(s), -1, 1)),
        c(random_values(narrow(s), -1, 1)),
        skip(random_values(s.channels, -1, 1)),
        z(random_values(wide(s), -3, 3)),
        initial(random_values(state(s), -1, 1)),
        y_gradient(random_values(wide(s), -1, 1)),
        last_gradient(random_values(state(s), -1, 1)) {}

  static std::size_t wide(const ScanSize& s) {
    return static_cast<std::size_t>(s.batch) * s.length * s.channels;
  }
  static std::size_t narrow(const ScanSize& s) {
    return static_cast<std::size_t>(s.batch) * s.length * s.states;
  }
  static std::size_t state(const ScanSize& s) {
    return static_cast<std::size_t>(s.batch) * s.channels * s.states;
  }
};

struct ScanReference {
  Values y, last, x, delta, bias, a, b, c, skip, z, initial;

  ScanReference(const ScanSize& s, const ScanValues& v)
      : y(v.x.size()), last(v.initial.size()), x(v.x.size()), delta(v.x.size()),
        bias(s.channels), a(v.a.size()), b(v.b.size()), c(v.c.size()), skip(s.channels),
        z(v.x.size()), initial(v.initial.size()) {
    std::vector<Values> h(s.length + 1, Values(s.states));
    for (int q = 0; q < s.batch; q++) {
      for (int d = 0; d < s.channels; d++) {
        one_channel(s, v, q, d, h);
      }
    }
  }

 private:
  void one_channel(
      const ScanSize& s, const ScanValues& v, int q, int d, std::vector<Values>& h) {
    const std::size_t row = static_cast<std::size_t>(q) * s.channels + d;
    for (int n = 0; n < s.states; n++) {
      h[0][n] = s.initial ? v.initial[row * s.states + n] : 0;
    }
    std::vector<double> step(s.length), read(s.length);
    for (int t = 0; t < s.length; t++) {
      const std::size_t i = (static_cast<std::size_t>(q) * s.length + t) * s.channels + d;
      const std::size_t m = (static_cast<std::size_t>(q) * s.length + t) * s.states;
      const double raw = v.delta[i] + v.bias[d];
      step[t] = std::log1p(std::exp(raw));
      read[t] = v.skip[d] * v.x[i];
      for (int n = 0; n < s.states; n++) {
        h[t + 1][n] = std::exp(step[t] * v.a[d * s.states + n]) * h[t][n]
            + step[t] * v.x[i] * v.b[m + n];
        read[t] += v.c[m + n] * h[t + 1][n];
      }
      y[i] = read[t] * silu_of(v.z[i]);
    }
    Values g(s.states);
    for (int n = 0; n < s.states; n++) {
      last[row * s.states + n] = h[s.length][n];
      g[n] = s.following ? v.last_gradient[row * s.states + n] : 0;
    }
    for (int t = s.length - 1; t >= 0; t--) {
      const std::size_t i = (static_cast<std::size_t>(q) * s.length + t) * s.channels + d;
      const std::size_t m = (static_cast<std::size_t>(q) * s.length + t) * s.states;
      const double through = v.y_gradient[i] * silu_of(v.z[i]);
      double driven = 0;
      double decayed = 0;
      for (int n = 0; n < s.states; n++) {
        g[n] += v.c[m + n] * through;
        c[m + n] += through * h[t + 1][n];
        b[m + n] += g[n] * step[t] * v.x[i];
        driven += g[n] * v.b[m + n];
        g[n] *= std::exp(step[t] * v.a[d * s.states + n]);
        a[d * s.states + n] += step[t] * g[n] * h[t][n];
        decayed += v.a[d * s.states + n] * g[n] * h[t][n];
      }
      x[i] = v.skip[d] * through + step[t] * driven;
      delta[i] = (v.x[i] * driven + decayed) * sigmoid_of(v.delta[i] + v.bias[d]);
      z[i] = v.y_gradient[i] * read[t] * silu_slope_of(v.z[i]);
      skip[d] += through * v.x[i];
      bias[d] += delta[i];
    }
    for (int n = 0; n < s.states; n++) {
      initial[row * s.states + n] = g[n];
    }
  }
};

/** What the kernels need beside inputs and outputs, and the launches in order. */
template <typename T, int S, int G>
struct ScanRun {
  using Shape = ScanShape<S, G>;

  ScanSize size;
  int span;
  int spans;
  int tiles;
  unsigned channel_blocks;
  Array<T> x, delta, b, c, z, y, y_gradient, x_gradient, delta_gradient, z_gradient;
  Array<T> b_gradient, c_gradient;
  Array<float> bias, a, skip, initial, last, kept, starts, delta_sums, last_gradient, ends;
  Array<float> initial_gradient, a_parts, b_parts, c_parts, skip_parts, bias_parts;
  Array<float> a_gradient, skip_gradient, bias_gradient;
  ScanArguments<T> arguments;

  ScanRun(const ScanSize& s, ScanValues& v)
      : size(s),
        span(static_cast<int>(blocks(blocks(s.length, s.spans), Shape::TILE)) * Shape::TILE),
        spans(static_cast<int>(blocks(s.length, span))),
        tiles(static_cast<int>(blocks(s.length, Shape::TILE))),
        channel_blocks(blocks(s.channels, Shape::CHANNELS)),
        x(v.x), delta(v.delta), b(v.b), c(v.c), z(v.z), y(v.x.size()), y_gradient(v.y_gradient),
        x_gradient(v.x.size()), delta_gradient(v.x.size()), z_gradient(v.x.size()),
        b_gradient(v.b.size()), c_gradient(v.b.size()), bias(v.bias), a(v.a), skip(v.skip),
        initial(v.initial), last(v.initial.size()), kept(v.initial.size() * tiles),
        starts(v.initial.size() * spans),
        delta_sums(static_cast<std::size_t>(s.batch) * spans * s.channels),
        last_gradient(v.last_gradient), ends(v.initial.size() * spans),
        initial_gradient(v.initial.size()), a_parts(v.initial.size() * spans),
        b_parts(v.b.size() * channel_blocks), c_parts(v.b.size() * channel_blocks),
        skip_parts(static_cast<std::size_t>(s.batch) * spans * s.channels),
        bias_parts(static_cast<std::size_t>(s.batch) * spans * s.channels),
        a_gradient(v.a.size()), skip_gradient(s.channels), bias_gradient(s.channels),
        arguments{
            x.pointer(), delta.pointer(), bias.pointer(), a.pointer(), b.pointer(), c.pointer(),
            skip.pointer(), z.pointer(), s.initial ? initial.pointer() : nullptr, y.pointer(),
            last.pointer(), kept.pointer(), spans > 1 ? starts.pointer() : nullptr,
            spans > 1 ? delta_sums.pointer() : nullptr, y_gradient.pointer(),
            s.following ? last_gradient.pointer() : nullptr,
            spans > 1 ? ends.pointer() : nullptr, x_gradient.pointer(), delta_gradient.pointer(),
            z_gradient.pointer(), initial_gradient.pointer(), a_parts.pointer(),
            b_parts.pointer(), c_parts.pointer(), skip_parts.pointer(), bias_parts.pointer(),
            s.batch, s.length, s.channels, s.states, span, spans} {}

  void forward() {
    dim3 grid(channel_blocks, spans, size.batch);
    if (spans > 1) {
      LAUNCH(grid, arguments, scan_local<T, S, G>);
      LAUNCH(dim3(blocks(size.channels * size.states, THREADS), size.batch), arguments,
             scan_combine<T>);
    }
    LAUNCH(grid, arguments, scan_forward<T, S, G>);
  }

  void backward() {
    dim3 grid(channel_blocks, spans, size.batch);
    if (spans > 1) {
      LAUNCH(grid, arguments, scan_backward_local<T, S, G>);
      LAUNCH(dim3(blocks(size.channels * size.states, THREADS), size.batch), arguments,
             scan_backward_combine<T>);
    }
    LAUNCH(grid, arguments, scan_backward<T, S, G>);
    sum(a_parts, a_gradient, static_cast<long long>(size.channels) * size.states,
        size.batch * spans);
    const long long narrow = static_cast<long long>(size.batch) * size.length * size.states;
    sum(b_parts, b_gradient, narrow, static_cast<int>(channel_blocks));
    sum(c_parts, c_gradient, narrow, static_cast<int>(channel_blocks));
    sum(skip_parts, skip_gradient, size.channels, size.batch * spans);
    sum(bias_parts, bias_gradient, size.channels, size.batch * spans);
  }
};

template <typename T, int S, int G>
void scan_case(const ScanSize& s) {
  char name[160];
  std::snprintf(name, sizeof name, "scan %s %dx%dx%dx%d, %d spans%s%s", type_name<T>(), s.batch,
                s.length, s.channels, s.states, s.spans, s.initial ? ", from a state" : "",
                s.following ? ", goes on" : "");
  twice(name, [&] {
    ScanValues values(s);
    ScanRun<T, S, G> run(s, values);
    ScanReference expected(s, values);
    run.forward();
    run.backward();
    compare("y", run.y, expected.y);
    compare("last state", run.last, expected.last);
    compare("gradient of x", run.x_gradient, expected.x);
    compare("gradient of delta", run.delta_gradient, expected.delta);
    compare("gradient of bias", run.bias_gradient, expected.bias);
    compare("gradient of A", run.a_gradient, expected.a);
    compare("gradient of B", run.b_gradient, expected.b);
    compare("gradient of C", run.c_gradient, expected.c);
    compare("gradient of D", run.skip_gradient, expected.skip);
    compare("gradient of z", run.z_gradient, expected.z);
    compare("gradient of h0", run.initial_gradient, expected.initial);
    Bits bits;
    bits.add(run.y);
    bits.add(run.last);
    bits.add(run.x_gradient);
    bits.add(run.delta_gradient);
    bits.add(run.a_gradient);
    bits.add(run.b_gradient);
    bits.add(run.c_gradient);
    bits.add(run.bias_gradient);
    bits.add(run.skip_gradient);
    return bits;
  });
}

static void scans() {
  scan_case<float, 4, 4>({1, 1, 1, 1, 1, false, false});
  scan_case<float, 4, 4>({2, 5, 3, 2, 1, true, true});
  scan_case<float, 4, 4>({1, 16, 64, 16, 1, false, false});
  scan_case<float, 4, 4>({1, 17, 65, 16, 1, true, true});
  scan_case<float, 4, 4>({2, 50, 70, 16, 2, true, true});
  scan_case<float, 4, 4>({1, 70, 33, 16, 5, false, true});
  scan_case<float, 4, 4>({1, 70, 5, 16, 5, true, false});
  scan_case<float, 4, 8>({1, 33, 35, 20, 2, true, true});
  scan_case<float, 4, 16>({2, 20, 17, 40, 2, true, true});
  scan_case<float, 4, 32>({1, 18, 9, 100, 1, true, true});
  scan_case<float, 8, 32>({1, 18, 9, 200, 2, true, true});
  scan_case<float, 8, 32>({1, 9, 3, 256, 1, false, true});
  scan_case<bf16, 4, 4>({1, 1, 3, 16, 1, true, true});
  scan_case<bf16, 4, 4>({2, 35, 66, 16, 2, true, true});
  scan_case<bf16, 4, 4>({1, 16, 5, 4, 1, false, false});
  scan_case<bf16, 4, 8>({1, 19, 33, 31, 1, false, true});
}

// ---------------------------------------------------------------- convolution

template <typename T, int K>
void convolution_case(int batch, int length, int channels, bool window, bool following) {
  char name[160];
  std::snprintf(name, sizeof name, "convolution %s %dx%dx%d, width %d%s%s", type_name<T>(), batch,
                length, channels, K, window ? ", behind a window" : "",
                following ? ", goes on" : "");
  twice(name, [&] {
    const std::size_t wide = static_cast<std::size_t>(batch) * length * channels;
    const std::size_t narrow = static_cast<std::size_t>(batch) * (K - 1) * channels;
    Values x = random_values(wide, -2, 2);
    Values weight = random_values(static_cast<std::size_t>(channels) * K, -1, 1);
    Values bias = random_values(channels, -1, 1);
    Values before = random_values(narrow, -2, 2);
    Values gradient = random_values(wide, -1, 1);
    Values behind = random_values(narrow, -1, 1);
    const int runs = static_cast<int>(blocks(length + K - 1, CONVOLUTION_RUN));
    const std::size_t parts = static_cast<std::size_t>(batch) * runs * channels;
    Array<T> dx(x), dwindow(before), dgradient(gradient), dbehind(behind);
    Array<float> dweight(weight), dbias(bias);
    Array<T> y(wide), last(narrow), x_gradient(wide), window_gradient(narrow);
    Array<float> weight_parts(parts * K), bias_parts(parts);
    Array<float> weight_gradient(weight.size()), bias_gradient(channels);
    ConvolutionArguments<T> arguments{
        dx.pointer(), dweight.pointer(), dbias.pointer(), window ? dwindow.pointer() : nullptr,
        y.pointer(), last.pointer(), dgradient.pointer(),
        following ? dbehind.pointer() : nullptr, x_gradient.pointer(),
        window ? window_gradient.pointer() : nullptr, weight_parts.pointer(),
        bias_parts.pointer(), length, channels};
    LAUNCH(dim3(blocks(channels, THREADS), blocks(length, CONVOLUTION_RUN), batch), arguments,
           convolution_forward<T, K>);
    LAUNCH(dim3(blocks(channels, THREADS), runs, batch), arguments, convolution_backward<T, K>);
    sum(weight_parts, weight_gradient, static_cast<long long>(channels) * K, batch * runs);
    sum(bias_parts, bias_gradient, channels, batch * runs);

    Values ey(wide), elast(narrow), ex(wide), ewindow(narrow), eweight(weight.size()),
        ebias(channels);
    for (int q = 0; q < batch; q++) {
      for (int d = 0; d < channels; d++) {
        auto at = [&](int t) { return (static_cast<std::size_t>(q) * length + t) * channels + d; };
        auto row = [&](int p) { return (static_cast<std::size_t>(q) * (K - 1) + p) * channels + d; };
        Values p(length + K - 1), pg(length + K - 1);
        for (int i = 0; i < length + K - 1; i++) {
          p[i] = i >= K - 1 ? x[at(i - (K - 1))] : window ? before[row(i)] : 0;
          pg[i] = i >= length && following ? behind[row(i - length)] : 0;
        }
        for (int t = 0; t < length; t++) {
          double u = bias[d];
          for (int k = 0; k < K; k++) {
            u += weight[d * K + k] * p[t + k];
          }
          ey[at(t)] = silu_of(u);
          const double g = gradient[at(t)] * silu_slope_of(u);
          for (int k = 0; k < K; k++) {
            pg[t + k] += g * weight[d * K + k];
            eweight[d * K + k] += g * p[t + k];
          }
          ebias[d] += g;
        }
        for (int i = 0; i < length + K - 1; i++) {
          (i >= K - 1 ? ex[at(i - (K - 1))] : ewindow[row(i)]) = pg[i];
          if (i >= length) {
            elast[row(i - length)] = p[i];
          }
        }
      }
    }
    compare("y", y, ey);
    compare("window behind", last, elast);
    compare("gradient of x", x_gradient, ex);
    compare("gradient of weight", weight_gradient, eweight);
    compare("gradient of bias", bias_gradient, ebias);
    if (window) {
      compare("gradient of window", window_gradient, ewindow);
    }
    Bits bits;
    bits.add(y);
    bits.add(x_gradient);
    bits.add(weight_gradient);
    return bits;
  });
}

static void convolutions() {
  convolution_case<float, 4>(1, 1, 1, false, false);
  convolution_case<float, 4>(1, 1, 3, true, true);
  convolution_case<float, 4>(2, 17, 260, true, true);
  convolution_case<float, 4>(1, 33, 5, false, true);
  convolution_case<float, 1>(1, 5, 3, false, false);
  convolution_case<float, 2>(1, 16, 3, true, true);
  convolution_case<float, 8>(2, 12, 3, true, true);
  convolution_case<bf16, 4>(2, 19, 7, true, true);
  convolution_case<bf16, 3>(1, 40, 7, false, false);
}

// ---------------------------------------------------------------- norm

template <typename T, typename R>
void norm_case(int rows, int width, bool branch, bool following) {
  char name[160];
  std::snprintf(name, sizeof name, "norm %s beside a stream in %s, %dx%d%s%s", type_name<T>(),
                type_name<R>(), rows, width, branch ? ", with a branch" : "",
                following ? ", goes on" : "");
  twice(name, [&] {
    const std::size_t size = static_cast<std::size_t>(rows) * width;
    const float epsilon = 1e-5f;
    Values residual = random_values(size, -2, 2);
    Values change = random_values(size, -1, 1);
    Values weight = random_values(width, 0.5, 1.5);
    Values gradient = random_values(size, -1, 1);
    Values behind = random_values(size, -1, 1);
    const int slab = 4;
    const int slabs = static_cast<int>(blocks(rows, slab));
    Array<R> dresidual(residual), dbehind(behind), stream(size), residual_gradient(size);
    Array<T> dchange(change), dgradient(gradient), normed(size), branch_gradient(size);
    Array<float> dweight(weight), scales(rows), parts(static_cast<std::size_t>(slabs) * width),
        weight_gradient(width);
    NormArguments<T, R> arguments{
        dresidual.pointer(), branch ? dchange.pointer() : nullptr, dweight.pointer(),
        normed.pointer(), stream.pointer(), scales.pointer(), dgradient.pointer(),
        following ? dbehind.pointer() : nullptr, residual_gradient.pointer(),
        branch ? branch_gradient.pointer() : nullptr, parts.pointer(), rows, width, slab,
        epsilon};
    LAUNCH(dim3(rows), arguments, norm_forward<T, R>);
    LAUNCH(dim3(rows), arguments, norm_backward<T, R>);
    LAUNCH(dim3(blocks(width, THREADS), slabs), arguments, norm_weight_parts<T, R>);
    sum(parts, weight_gradient, width, slabs);

    // The stream is rounded to R before it is normed.
    Values r(size), esum(size), enormed(size), eresidual(size), eweight(width);
    for (std::size_t i = 0; i < size; i++) {
      esum[i] = branch ? residual[i] + change[i] : residual[i];
      R rounded;
      host_store(&rounded, esum[i]);
      r[i] = host_float(rounded);
    }
    for (int row = 0; row < rows; row++) {
      const std::size_t at = static_cast<std::size_t>(row) * width;
      double squares = 0;
      double along = 0;
      for (int i = 0; i < width; i++) {
        squares += r[at + i] * r[at + i];
        along += gradient[at + i] * weight[i] * r[at + i];
      }
      const double scale = 1 / std::sqrt(squares / width + epsilon);
      for (int i = 0; i < width; i++) {
        enormed[at + i] = r[at + i] * scale * weight[i];
        eresidual[at + i] = scale * gradient[at + i] * weight[i]
            - r[at + i] * scale * scale * scale / width * along
            + (following ? behind[at + i] : 0);
        eweight[i] += gradient[at + i] * r[at + i] * scale;
      }
    }
    compare("normed", normed, enormed);
    compare("gradient of residual", residual_gradient, eresidual);
    compare("gradient of weight", weight_gradient, eweight);
    if (branch) {
      compare("sum", stream, esum);
      compare("gradient of branch", branch_gradient, eresidual);
    }
    Bits bits;
    bits.add(normed);
    bits.add(residual_gradient);
    bits.add(weight_gradient);
    return bits;
  });
}

static void norms() {
  norm_case<float, float>(1, 3, false, false);
  norm_case<float, float>(3, 64, true, true);
  norm_case<float, float>(9, 300, true, false);
  norm_case<float, float>(5, 769, false, true);
  norm_case<bf16, float>(5, 300, true, true);
  norm_case<bf16, bf16>(5, 300, true, true);
  norm_case<bf16, bf16>(2, 31, false, false);
}

// ---------------------------------------------------------------- cross-entropy

template <typename T>
void cross_entropy_case(int rows, int classes, double range) {
  char name[160];
  std::snprintf(name, sizeof name, "cross-entropy %s %dx%d, logits up to %g", type_name<T>(), rows,
                classes, range);
  twice(name, [&] {
    Values logits = random_values(static_cast<std::size_t>(rows) * classes, -range, range);
    std::vector<int> targets(rows);
    for (int i = 0; i < rows; i++) {
      targets[i] = i % 3 == 2 ? -1 : static_cast<int>(uniform(0, classes));
    }
    Values scale = {1.5};
    Array<T> dlogits(logits);
    Records<int> dtargets(targets);
    Array<float> losses(rows), logs(rows), dscale(scale);
    const float share = 1.0f / static_cast<float>(rows);
    CrossEntropyArguments<T> arguments{dlogits.pointer(), dtargets.pointer(), losses.pointer(),
                                       logs.pointer(), dscale.pointer(), rows, classes, share};
    LAUNCH(dim3(rows), arguments, cross_entropy_forward<T>);
    LAUNCH(dim3(rows, 2), arguments, cross_entropy_backward<T>);
    Values elosses(rows), egradient(logits.size());
    for (int row = 0; row < rows; row++) {
      const double* of = &logits[static_cast<std::size_t>(row) * classes];
      const double top = *std::max_element(of, of + classes);
      double total = 0;
      for (int i = 0; i < classes; i++) {
        total += std::exp(of[i] - top);
      }
      if (targets[row] >= 0) {
        elosses[row] = top + std::log(total) - of[targets[row]];
        for (int i = 0; i < classes; i++) {
          const double one = i == targets[row] ? 1 : 0;
          egradient[static_cast<std::size_t>(row) * classes + i] =
              (std::exp(of[i] - top) / total - one) * 1.5 * share;
        }
      }
    }
    compare("losses", losses, elosses);
    compare("gradient of logits", dlogits, egradient);
    Bits bits;
    bits.add(losses);
    bits.add(dlogits);
    return bits;
  });
}

static void cross_entropies() {
  cross_entropy_case<float>(1, 1, 1);
  cross_entropy_case<float>(4, 7, 3);
  cross_entropy_case<float>(3, 2571, 20);
  cross_entropy_case<float>(2, 1024, 80);
  cross_entropy_case<bf16>(4, 1500, 10);
}

// ---------------------------------------------------------------- AdamW

static void adamw_case(double clip_norm) {
  char name[160];
  std::snprintf(name, sizeof name, "AdamW, three tensors, three steps, norm up to %g", clip_norm);
  twice(name, [&] {
    const std::vector<std::size_t> sizes = {5, 4500, ADAM_CHUNK};
    std::vector<Values> parameter, first, second, gradient;
    std::vector<Array<float>*> dparameter, dfirst, dsecond, dgradient;
    std::vector<Array<bf16>*> dhalf;
    std::vector<AdamTensor> tensors;
    std::vector<int> tensor_of_chunk, chunk_of_tensor;
    for (std::size_t i = 0; i < sizes.size(); i++) {
      parameter.push_back(random_values(sizes[i], -1, 1));
      first.push_back(Values(sizes[i]));
      second.push_back(Values(sizes[i]));
      gradient.push_back(random_values(sizes[i], -1, 1));
      dparameter.push_back(new Array<float>(parameter[i]));
      dfirst.push_back(new Array<float>(first[i]));
      dsecond.push_back(new Array<float>(second[i]));
      // The second tensor has gradients in bf16.
      dhalf.push_back(i == 1 ? new Array<bf16>(gradient[i]) : nullptr);
      dgradient.push_back(i == 1 ? nullptr : new Array<float>(gradient[i]));
      const void* of = i == 1 ? static_cast<const void*>(dhalf[i]->pointer())
                              : static_cast<const void*>(dgradient[i]->pointer());
      tensors.push_back({dparameter[i]->pointer(), dfirst[i]->pointer(), dsecond[i]->pointer(),
                         of, static_cast<long long>(sizes[i]), i == 1 ? 1 : 0});
      for (unsigned k = 0; k < blocks(static_cast<long long>(sizes[i]), ADAM_CHUNK); k++) {
        tensor_of_chunk.push_back(static_cast<int>(i));
        chunk_of_tensor.push_back(static_cast<int>(k));
      }
    }
    const int chunks = static_cast<int>(tensor_of_chunk.size());
    Records<AdamTensor> dtensors(tensors);
    Records<int> dtensor_of_chunk(tensor_of_chunk), dchunk_of_tensor(chunk_of_tensor);
    Records<double> parts{std::vector<double>(chunks)}, total{std::vector<double>(1)};
    double squares = 0;
    for (const Values& g : gradient) {
      for (double value : g) {
        squares += value * value;
      }
    }
    const double clip = std::min(1.0, clip_norm / (std::sqrt(squares) + 1e-6));
    for (int step = 1; step <= 3; step++) {
      const double rate = 1e-2;
      const double lambda = 0.1;
      const double correction1 = 1 - std::pow(0.9, step);
      const double correction2 = std::sqrt(1 - std::pow(0.999, step));
      AdamArguments arguments{
          dtensors.pointer(), dtensor_of_chunk.pointer(), dchunk_of_tensor.pointer(),
          parts.pointer(), total.pointer(), chunks, static_cast<float>(rate / correction1),
          static_cast<float>(1 - rate * lambda), static_cast<float>(correction2),
          static_cast<float>(clip_norm), 0.9f, 0.999f, static_cast<float>(1 - 0.9),
          static_cast<float>(1 - 0.999), 1e-8f};
      LAUNCH(dim3(chunks), arguments, squared_norm_parts);
      LAUNCH(dim3(1), arguments, squared_norm_total);
      LAUNCH(dim3(chunks), arguments, adamw);
      for (std::size_t i = 0; i < sizes.size(); i++) {
        for (std::size_t j = 0; j < sizes[i]; j++) {
          const double g = gradient[i][j] * clip;
          first[i][j] = 0.9 * first[i][j] + 0.1 * g;
          second[i][j] = 0.999 * second[i][j] + 0.001 * g * g;
          parameter[i][j] = parameter[i][j] * (1 - rate * lambda)
              - rate / correction1 * first[i][j]
                  / (std::sqrt(second[i][j]) / correction2 + 1e-8);
        }
      }
    }
    double got = 0;
    to_host(&got, total.pointer(), sizeof got);
    compare("squared norm", {got}, {squares}, 1e-6);
    Bits bits;
    for (std::size_t i = 0; i < sizes.size(); i++) {
      compare("parameter", *dparameter[i], parameter[i]);
      compare("first moment", *dfirst[i], first[i]);
      compare("second moment", *dsecond[i], second[i]);
      bits.add(*dparameter[i]);
      delete dparameter[i];
      delete dfirst[i];
      delete dsecond[i];
      delete dgradient[i];
      delete dhalf[i];
    }
    return bits;
  });
}

// ---------------------------------------------------------------- columns, rows, rounding

template <typename T>
void columns_case(int rows, int width, std::vector<long long> places) {
  char name[160];
  std::snprintf(name, sizeof name, "columns %s %dx%d, %d of them", type_name<T>(), rows, width,
                static_cast<int>(places.size()));
  twice(name, [&] {
    const int count = static_cast<int>(places.size());
    Values wide = random_values(static_cast<std::size_t>(rows) * width, -1, 1);
    Values gradient = random_values(static_cast<std::size_t>(rows) * count, -1, 1);
    Array<T> dwide(wide), dgradient(gradient), taken(gradient.size());
    Records<long long> dplaces(places);
    ColumnArguments<T> gather{dwide.pointer(), taken.pointer(), dplaces.pointer(), rows, width,
                              count};
    ColumnArguments<T> add{dwide.pointer(), dgradient.pointer(), dplaces.pointer(), rows, width,
                           count};
    LAUNCH(dim3(blocks(static_cast<long long>(rows) * count, THREADS)), gather,
           gather_columns<T>);
    LAUNCH(dim3(blocks(static_cast<long long>(rows) * count, THREADS)), add, add_columns<T>);
    Values etaken(gradient.size());
    Values ewide = wide;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < count; j++) {
        const std::size_t at = static_cast<std::size_t>(r) * width + places[j];
        etaken[static_cast<std::size_t>(r) * count + j] = wide[at];
        ewide[at] += gradient[static_cast<std::size_t>(r) * count + j];
      }
    }
    compare("taken", taken, etaken);
    compare("added", dwide, ewide);
    Bits bits;
    bits.add(taken);
    bits.add(dwide);
    return bits;
  });
}

template <typename T>
void rows_case(int rows, int width, std::vector<long long> indices) {
  char name[160];
  std::snprintf(name, sizeof name, "rows %s %dx%d, %d lookups", type_name<T>(), rows, width,
                static_cast<int>(indices.size()));
  twice(name, [&] {
    Values gradients = random_values(indices.size() * width, -1, 1);
    Values table(static_cast<std::size_t>(rows) * width);
    Array<T> dgradients(gradients), dtable(table);
    std::vector<long long> distinct;
    std::vector<int> starts = {0}, order;
    for (int row = 0; row < rows; row++) {
      for (std::size_t i = 0; i < indices.size(); i++) {
        if (indices[i] == row) {
          order.push_back(static_cast<int>(i));
          for (int j = 0; j < width; j++) {
            table[static_cast<std::size_t>(row) * width + j] += gradients[i * width + j];
          }
        }
      }
      if (static_cast<int>(order.size()) > starts.back()) {
        distinct.push_back(row);
        starts.push_back(static_cast<int>(order.size()));
      }
    }
    Records<long long> ddistinct(distinct);
    Records<int> dstarts(starts), dorder(order);
    RowArguments<T> arguments{dgradients.pointer(), dtable.pointer(), ddistinct.pointer(),
                              dstarts.pointer(), dorder.pointer(), width};
    LAUNCH(dim3(static_cast<unsigned>(distinct.size()), blocks(width, THREADS)), arguments,
           sum_rows<T>);
    compare("sums", dtable, table);
    Bits bits;
    bits.add(dtable);
    return bits;
  });
}

template <typename T>
void dropout_case(int size, float rate) {
  char name[160];
  std::snprintf(name, sizeof name, "dropout %s of %d, %.1f", type_name<T>(), size, rate);
  twice(name, [&] {
    Values from = random_values(size, -1, 1);
    Values to = random_values(size, -1, 1);
    const unsigned long long key = 0xFEDCBA9876543210ull;
    Array<T> dfrom(from), dropped(from.size()), dto(to);
    DropoutArguments<T> there{dfrom.pointer(), dropped.pointer(), size, key, rate, 1 / (1 - rate), 0};
    DropoutArguments<T> back{dfrom.pointer(), dto.pointer(), size, key, rate, 1 / (1 - rate), 1};
    LAUNCH(dim3(blocks(size, THREADS)), there, drop<T>);
    LAUNCH(dim3(blocks(size, THREADS)), back, drop<T>);
    Values edropped(from.size());
    for (int i = 0; i < size; i++) {
      unsigned long long z = key + static_cast<unsigned long long>(i) * 0x9E3779B97F4A7C15ull;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
      z ^= z >> 31;
      const bool falls = static_cast<double>(z >> 40) / (1 << 24) < static_cast<double>(rate);
      edropped[i] = falls ? 0 : from[i] / (1 - static_cast<double>(rate));
      to[i] += edropped[i];
    }
    compare("dropped", dropped, edropped);
    compare("added back", dto, to);
    Bits bits;
    bits.add(dropped);
    bits.add(dto);
    return bits;
  });
}

static void rounding() {
  twice("rounding to bf16, to the nearest, ties to even", [&] {
    Values values = random_values(1000, -100, 100);
    values[0] = 1 + 0x1p-8;
    values[1] = 1 + 3 * 0x1p-8;
    Array<float> from(values);
    Array<bf16> got(values.size());
    sum(from, got, static_cast<long long>(values.size()), 1);
    Array<bf16> expected(values);
    std::vector<bf16> bits = got.host();
    std::vector<bf16> wanted = expected.host();
    bool equal = true;
    for (std::size_t i = 0; i < bits.size(); i++) {
      equal &= bits[i].bits == wanted[i].bits;
    }
    require(equal, "the same bits as on the host");
    Bits all;
    all.add(got);
    return all;
  });
}

// ---------------------------------------------------------------- times, on a GPU only

#ifndef ADDER_EMULATION
static double milliseconds(const std::function<void()>& work) {
  cudaEvent_t from;
  cudaEvent_t to;
  check(cudaEventCreate(&from));
  check(cudaEventCreate(&to));
  for (int i = 0; i < 10; i++) {
    work();
  }
  std::vector<float> times;
  for (int i = 0; i < 31; i++) {
    check(cudaEventRecord(from));
    work();
    check(cudaEventRecord(to));
    check(cudaEventSynchronize(to));
    float time = 0;
    check(cudaEventElapsedTime(&time, from, to));
    times.push_back(time);
  }
  std::sort(times.begin(), times.end());
  check(cudaEventDestroy(from));
  check(cudaEventDestroy(to));
  return times[times.size() / 2];
}

/** Bytes a second of a copy of 256 MiB, read and written. */
static double copy_bandwidth() {
  const std::size_t bytes = std::size_t{256} << 20;
  Array<char> from(bytes);
  Array<char> to(bytes);
  const double time = milliseconds([&] {
    check(cudaMemcpyAsync(to.pointer(), from.pointer(), bytes, cudaMemcpyDeviceToDevice));
  });
  return 2.0 * static_cast<double>(bytes) / (time * 1e-3);
}

template <typename T>
void scan_time(int batch, int length, double copy, int multiprocessors) {
  ScanSize s{batch, length, 1536, 16, 1, false, false};
  const unsigned together = blocks(s.channels, ScanShape<4, 4>::CHANNELS) * s.batch;
  // As CudaScan cuts time.
  const int fill = 2 * static_cast<int>(together) > multiprocessors
      ? 1
      : 2 * multiprocessors / static_cast<int>(together);
  s.spans = std::max(1, std::min(fill, length / 64));
  ScanValues values(s);
  ScanRun<T, 4, 4> run(s, values);
  const double forward = milliseconds([&] { run.forward(); });
  const double both = milliseconds([&] {
    run.forward();
    run.backward();
  });
  // Least traffic: forward reads x, δ, z and writes y; backward reads these three and ∂y and writes
  // three gradients. B, C, states and parameters are small beside them.
  const double element = static_cast<double>(values.x.size()) * sizeof(T);
  std::printf(
      "scan %s %dx%dx1536x16, %d spans: forward %.3f ms, forward and backward %.3f ms, "
      "%.0f GB/s, %.0f %% of a copy\n",
      type_name<T>(), batch, length, run.spans, forward, both, 11 * element / both * 1e-6,
      100 * 11 * element / (both * 1e-3) / copy);
}

static void times() {
  cudaDeviceProp device;
  check(cudaGetDeviceProperties(&device, 0));
  const double copy = copy_bandwidth();
  std::printf("\n%s, %d multiprocessors, copy %.0f GB/s; medians of 31 after 10\n", device.name,
              device.multiProcessorCount, copy * 1e-9);
  scan_time<float>(1, 512, copy, device.multiProcessorCount);
  scan_time<float>(4, 1024, copy, device.multiProcessorCount);
  scan_time<bf16>(1, 512, copy, device.multiProcessorCount);
  scan_time<bf16>(4, 1024, copy, device.multiProcessorCount);
}
#endif

int main(int count, char** given) {
  scans();
  convolutions();
  norms();
  cross_entropies();
  adamw_case(1e9);
  adamw_case(0.5);
  columns_case<float>(3, 10, {7, 0, 9});
  columns_case<bf16>(300, 33, {32, 5});
  rows_case<float>(9, 300, {4, 0, 4, 8, 4});
  rows_case<bf16>(3, 5, {2, 2, 0});
  dropout_case<float>(1000, 0.1f);
  dropout_case<bf16>(257, 0.5f);
  rounding();
  std::printf("worst error: float %.1e, bf16 %.1e of the largest value\n", worst_float, worst_bf16);
#ifdef ADDER_EMULATION
  static_cast<void>(count);
  static_cast<void>(given);
#else
  if (failures == 0 && !(count > 1 && std::strcmp(given[1], "--no-times") == 0)) {
    times();
  }
#endif
  std::printf(failures == 0 ? "all kernels agree with float64 loops\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
