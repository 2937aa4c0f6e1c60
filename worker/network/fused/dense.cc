#include "worker/network/fused/ops.h"

namespace paceline::fused {

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
