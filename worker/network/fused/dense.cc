#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

// Of x [..., n, k] and y [..., k, m].
struct Matrices {
  size_t count, n, k, m;
};

Matrices MatricesOf(const Frame& f, int n) {
  const Extents& x = f.InShape(n, 0);
  const auto rows = static_cast<size_t>(x[x.size() - 2]), k = static_cast<size_t>(x.back());
  return {.count = f.InSize(n, 0) / (rows * k), .n = rows, .k = k, .m = f.Last(n)};
}

}  // namespace

void Dense(const Frame& f, int n) {
  const size_t in = f.Last(f.at(n).inputs[0]), out = f.Last(n);
  f.kernels.Multiply({.a = f.In(n, 0),
                      .a_row = in,
                      .b = f.In(n, 1),
                      .b_row = out,
                      .initial = f.InOrNull(n, 2),
                      .c = f.Out(n),
                      .c_row = out,
                      .m = f.Rows(n),
                      .n = out,
                      .k = in},
                     f.Work(n));
}

void DenseSlope(const Frame& f, int n) {
  const size_t in = f.Last(f.at(n).inputs[0]), out = f.Last(n), rows = f.Rows(n);
  const float* const dy = f.OutSlope(n);
  if (float* const dx = f.InSlope(n, 0); dx != nullptr) {
    f.kernels.Multiply({.a = dy,
                        .a_row = out,
                        .b = f.In(n, 1),
                        .b_row = 1,
                        .b_column = out,
                        .c = dx,
                        .c_row = in,
                        .m = rows,
                        .n = in,
                        .k = out,
                        .adds = f.Adds(n, 0)},
                       f.Work(n));
  }
  if (float* const dw = f.InSlope(n, 1); dw != nullptr) {
    f.kernels.Multiply({.a = f.In(n, 0),
                        .a_row = 1,
                        .a_k = in,
                        .b = dy,
                        .b_row = out,
                        .c = dw,
                        .c_row = out,
                        .m = in,
                        .n = out,
                        .k = rows,
                        .adds = f.Adds(n, 1)},
                       f.Work(n));
  }
  if (float* const db = f.InSlope(n, 2); db != nullptr) {
    f.kernels.SumRows(dy, rows, out, out, db, f.Adds(n, 2));
  }
}

void Multiplied(const Frame& f, int n) {
  const Matrices s = MatricesOf(f, n);
  for (size_t i = 0; i < s.count; ++i) {
    f.kernels.Multiply({.a = f.In(n, 0) + i * s.n * s.k,
                        .a_row = s.k,
                        .b = f.In(n, 1) + i * s.k * s.m,
                        .b_row = s.m,
                        .c = f.Out(n) + i * s.n * s.m,
                        .c_row = s.m,
                        .m = s.n,
                        .n = s.m,
                        .k = s.k},
                       f.Work(n));
  }
}

// dx = dz·yᵀ, dy = xᵀ·dz.
void MultipliedSlope(const Frame& f, int n) {
  const Matrices s = MatricesOf(f, n);
  float *const dx = f.InSlope(n, 0), *const dy = f.InSlope(n, 1);
  for (size_t i = 0; i < s.count; ++i) {
    const float* const dz = f.OutSlope(n) + i * s.n * s.m;
    if (dx != nullptr) {
      f.kernels.Multiply({.a = dz,
                          .a_row = s.m,
                          .b = f.In(n, 1) + i * s.k * s.m,
                          .b_row = 1,
                          .b_column = s.m,
                          .c = dx + i * s.n * s.k,
                          .c_row = s.k,
                          .m = s.n,
                          .n = s.k,
                          .k = s.m,
                          .adds = f.Adds(n, 0)},
                         f.Work(n));
    }
    if (dy != nullptr) {
      f.kernels.Multiply({.a = f.In(n, 0) + i * s.n * s.k,
                          .a_row = 1,
                          .a_k = s.k,
                          .b = dz,
                          .b_row = s.m,
                          .c = dy + i * s.k * s.m,
                          .c_row = s.m,
                          .m = s.k,
                          .n = s.m,
                          .k = s.n,
                          .adds = f.Adds(n, 1)},
                         f.Work(n));
    }
  }
}

void Embed(const Frame& f, int n) {
  const size_t width = f.Last(n), count = f.Rows(n);
  const int32_t* const tokens = f.TokensIn(n, 0);
  const float* const w = f.In(n, 1);
  for (size_t i = 0; i < count; ++i) {
    std::copy_n(w + static_cast<size_t>(tokens[i]) * width, width, f.Out(n) + i * width);
  }
}

void EmbedSlope(const Frame& f, int n) {
  float* const dw = f.ClearedSlope(n, 1);
  if (dw == nullptr) return;
  const size_t width = f.Last(n), count = f.Rows(n);
  const int32_t* const tokens = f.TokensIn(n, 0);
  for (size_t i = 0; i < count; ++i) {
    f.kernels.AddUp(f.OutSlope(n) + i * width, width, 1,
                    dw + static_cast<size_t>(tokens[i]) * width, 1, true);
  }
}

}  // namespace paceline::fused
