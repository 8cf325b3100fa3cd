// Chosen columns of a matrix: taken out, and the gradient added back. Each place is chosen once, so
// that no two threads add to one element.
#include "adder.cuh"

template <typename T>
struct ColumnArguments {
  T* wide;                  // (rows, width)
  T* narrow;                // (rows, count)
  const long long* places;  // (count), each once
  long long rows;
  int width;
  int count;
};

/** narrow[r][j] = wide[r][places[j]]. */
template <typename T>
__global__ void __launch_bounds__(THREADS) gather_columns(ColumnArguments<T> a) {
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i < a.rows * a.count) {
    a.narrow[i] = a.wide[i / a.count * a.width + a.places[i % a.count]];
  }
}

/** wide[r][places[j]] += narrow[r][j]. */
template <typename T>
__global__ void __launch_bounds__(THREADS) add_columns(ColumnArguments<T> a) {
  const long long i = static_cast<long long>(blockIdx.x) * THREADS + threadIdx.x;
  if (i < a.rows * a.count) {
    T* to = a.wide + i / a.count * a.width + a.places[i % a.count];
    store(to, to_float(*to) + to_float(a.narrow[i]));
  }
}
