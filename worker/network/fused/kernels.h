// The arithmetic of the fused tier: plain functions over plain data, compiled once per instruction
// set (paceline_simd_sources), all with the same bits. No library types here: files compiled per
// instruction set include this.
//
// Every element of a product is one chain of fused multiply-adds in the order of k; sums over rows
// of numbers go by sixteen lanes that are joined as in lanes.h. No function reads or writes beyond
// the arrays that it is given, except that `dy` of ConvWeights may be read 31 floats further.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/lane/dispatch.h"
#include "common/network/fused_sizes.h"
#include "worker/kernels/mlp_shape.h"

namespace paceline::fused {

// c[m, n] = (initial[n], or 0, or with `adds` c[m, n]) + Σ_k a(m, k)·b(k, n), where a(m, k) stands
// at a[m·a_row + k·a_k] and b(k, n) at b[k·b_row + n·b_column].
struct Product {
  const float* a = nullptr;
  size_t a_row = 0, a_k = 1;
  const float* b = nullptr;
  size_t b_row = 0, b_column = 1;
  const float* initial = nullptr;
  float* c = nullptr;
  size_t c_row = 0;
  size_t m = 0, n = 0, k = 0;
  bool adds = false;
};

// Products at places that a table names. For each example and place p:
//   y[to[p] + n] = (initial[n], or 0, or with `adds` itself)
//                  + Σ_tap Σ_k x[from[tap, p] + k] · w[weights[tap] + k·w_k + n·w_n]
// A `from` below 0 reads `zeros` [k] instead.
struct PlacedProduct {
  const float* x = nullptr;
  size_t x_example = 0;  // floats of an example
  float* y = nullptr;
  size_t y_example = 0;
  const float* w = nullptr;
  size_t w_k = 0, w_n = 0;
  const float* initial = nullptr;
  const float* zeros = nullptr;
  const int32_t* from = nullptr;     // [tap, place]
  const int32_t* to = nullptr;       // [place]
  const int32_t* weights = nullptr;  // [tap]
  size_t examples = 0, places = 0, taps = 0;
  size_t k = 0, n = 0;
  bool adds = false;
};

// A convolution's weights' gradient: dw[tap, k, n] (+)= Σ over examples and the tap's pairs of
// x[x_at + k]·dy[y_at + n].
struct PlacedWeights {
  const float* x = nullptr;
  size_t x_example = 0;
  const float* dy = nullptr;
  size_t y_example = 0;
  float* dw = nullptr;
  const int32_t* pairs = nullptr;  // [pair, 2]: x_at, y_at
  const int32_t* first = nullptr;  // [tap + 1]: the tap's pairs
  size_t examples = 0, taps = 0;
  size_t k = 0, n = 0;
  bool adds = false;
};

// Images [example, row, column, channel] under windows.
struct Pool {
  size_t examples = 0, channels = 0;
  int64_t rows = 0, columns = 0, out_rows = 0, out_columns = 0;
  int64_t size = 0, stride = 0, rows_before = 0, columns_before = 0;
};

// Rows of `width`, each normed; or, for a batch norm, columns.
struct Norm {
  size_t rows = 0, width = 0;
  float epsilon = 0;
  const float *x = nullptr, *scale = nullptr, *offset = nullptr;
  float *mean = nullptr, *inverse = nullptr;  // [rows], or [width]: kept, 1/√(variance + epsilon)
};
struct NormSlopes {
  const float* dy = nullptr;
  float *dx = nullptr, *dscale = nullptr, *doffset = nullptr;  // null: not wanted
  bool x_adds = false, scale_adds = false, offset_adds = false;
};

enum class MapKind { kActivation, kAffine, kSquare, kSqrt, kExp, kLog, kClip };
struct Map {
  MapKind kind{};
  kernels::ActivationKind activation{};  // of kActivation
  float scalar = 0, second = 0;
  size_t count = 0;
  const float* x = nullptr;
};
enum class JoinKind { kAdd, kSubtract, kMultiply, kDivide };
// Rows of `count`; a step of 0 is one number for the whole row.
struct Join {
  JoinKind kind{};
  size_t count = 0;
  const float* x = nullptr;
  size_t x_step = 1;
  const float* y = nullptr;
  size_t y_step = 1;
};

// Rows of logits [row, class] and their labels.
struct Softmax {
  size_t rows = 0, classes = 0;
  const float* logits = nullptr;
  const int32_t* labels = nullptr;
  float* log_sums = nullptr;  // [row]: kept
};

// The numbers of one cell at one position, rows of `width` at the given strides.
enum class CellKind { kVanilla, kGruGates, kGruState, kLstm };
struct Cell {
  CellKind kind{};
  size_t rows = 0, width = 0;
  float* parts = nullptr;  // [row, parts·width]: sums that become the gates, kept; then slopes
  const float* h_before = nullptr;
  float* h = nullptr;
  const float* c_before = nullptr;
  float* c = nullptr;
  float* reset = nullptr;  // of a GRU: r∘h_before
};
struct CellSlopes {
  const float* dy = nullptr;  // [row, width]: of h, from outside
  float* dh = nullptr;        // [row, width]: of h from later; becomes that of h_before
  float* dc = nullptr;        // likewise of c
  float* dreset = nullptr;    // of a GRU
};

struct Attention {
  size_t examples = 0, heads = 0, queries = 0, keys = 0;
  size_t width = 0, value_width = 0;  // of a head
  float scale = 0;
  bool causal = false;
  const float *q = nullptr, *k = nullptr, *v = nullptr;
  const float* keep = nullptr;     // [example, key], or null
  const float* factors = nullptr;  // [example, head, query, key], or null
  float* weights = nullptr;        // [example, head, query, key]: kept
};
struct AttentionSlopes {
  const float* dy = nullptr;
  float *dq = nullptr, *dk = nullptr, *dv = nullptr;  // null: not wanted
  bool q_adds = false, k_adds = false, v_adds = false;
};

// RESULT NAME ARGUMENTS of all functions.
#define PACELINE_FUSED_KERNELS(KERNEL)                                                            \
  /* packed [PackedFloats(k, n)] */                                                               \
  KERNEL(void, Multiply, (const Product& product, float* packed))                                 \
  /* The same in two steps, for products that share b: packed [k·Padded(n)]. */                  \
  KERNEL(void, Pack, (const Product& product, float* packed))                                     \
  KERNEL(void, MultiplyPacked, (const Product& product, const float* packed))                     \
  /* sums[c] (+)= Σ x[r·stride + c] in the order of rows, by blocks of 64 */                    \
  KERNEL(void, SumRows,                                                                           \
         (const float* x, size_t rows, size_t stride, size_t count, float* sums, bool adds))      \
  /* packed [taps·k·Padded(n)] */                                                               \
  KERNEL(void, MultiplyPlaced, (const PlacedProduct& product, float* packed))                     \
  KERNEL(void, ConvWeights, (const PlacedWeights& product))                                       \
  KERNEL(void, MaxPool, (const Pool& pool, const float* x, float* y))                             \
  /* To the first of the largest; dx += */                                                        \
  KERNEL(void, MaxPoolSlope,                                                                      \
         (const Pool& pool, const float* x, const float* y, const float* dy, float* dx))          \
  KERNEL(void, MeanPool, (const Pool& pool, const float* x, float* y))                            \
  KERNEL(void, MeanPoolSlope, (const Pool& pool, const float* dy, float* dx))                     \
  KERNEL(void, LayerNorm, (const Norm& norm, float* y))                                           \
  KERNEL(void, LayerNormSlope, (const Norm& norm, const NormSlopes& slopes))                      \
  KERNEL(void, BatchNorm, (const Norm& norm, float* y))                                           \
  KERNEL(void, BatchNormSlope, (const Norm& norm, const NormSlopes& slopes))                      \
  KERNEL(void, MapForward, (const Map& map, float* y))                                            \
  KERNEL(void, MapSlope, (const Map& map, const float* y, const float* dy, float* dx, bool adds)) \
  KERNEL(void, JoinForward, (const Join& join, float* to))                                        \
  /* d of x (or of y) (+)= ...; of a step of 0 always += */                                       \
  KERNEL(void, JoinSlope, (const Join& join, bool of_y, const float* dy, float* d, bool adds))    \
  /* to[i·step] (+)= factor·x[i]; of step 0 += the sum */                                       \
  KERNEL(void, AddUp,                                                                             \
         (const float* x, size_t count, float factor, float* to, size_t step, bool adds))         \
  /* to[i] (+)= factor·x[i·step] */                                                             \
  KERNEL(void, Spread,                                                                            \
         (const float* x, size_t step, size_t count, float factor, float* to, bool adds))         \
  KERNEL(void, CrossEntropy, (const Softmax& softmax, float* losses))                             \
  KERNEL(void, CrossEntropySlope,                                                                 \
         (const Softmax& softmax, const float* dy, float* dlogits, bool adds))                    \
  KERNEL(void, CellForward, (const Cell& cell))                                                   \
  KERNEL(void, CellSlope, (const Cell& cell, const CellSlopes& slopes))                           \
  /* work [2·Padded(queries·keys) + widest·Padded(widest)] of those and the widths */          \
  KERNEL(void, Attend, (const Attention& attention, float* y, float* work))                       \
  KERNEL(void, AttendSlope,                                                                       \
         (const Attention& attention, const AttentionSlopes& slopes, float* work))

struct Kernels {
#define PACELINE_KERNEL(Result, name, arguments) Result(*name) arguments;
  PACELINE_FUSED_KERNELS(PACELINE_KERNEL)
#undef PACELINE_KERNEL
};

const Kernels& KernelsOf(lane::Target target);

}  // namespace paceline::fused
