// The way back of a lookup: each row of a table gets the sum of the gradients of its occurrences.
//
// The occurrences of a row are listed one behind another, so that one block adds them in their order
// and no two blocks write to one row.
#include "adder.cuh"

template <typename T>
struct RowArguments {
  const T* gradients;         // of the looked-up rows, (occurrences, width)
  T* table;                   // (rows, width), zero where nothing was looked up
  const long long* distinct;  // the rows that were looked up, each once
  const int* starts;          // where each one's occurrences start in order, and their end
  const int* order;           // occurrences by row
  int width;
};

/** Blocks (distinct rows, parts of a row). */
template <typename T>
__global__ void __launch_bounds__(THREADS) sum_rows(RowArguments<T> a) {
  const int column = blockIdx.y * THREADS + threadIdx.x;
  if (column >= a.width) {
    return;
  }
  float sum = 0.0f;
  for (int k = a.starts[blockIdx.x]; k < a.starts[blockIdx.x + 1]; k++) {
    sum += to_float(a.gradients[static_cast<long long>(a.order[k]) * a.width + column]);
  }
  store(a.table + a.distinct[blockIdx.x] * a.width + column, sum);
}
