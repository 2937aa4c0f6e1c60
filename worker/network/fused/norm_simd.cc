// Compiled once per instruction set: rows or columns brought to mean 0 and variance 1.
//   x̂ = (x − mean)·inverse, y = x̂·scale + offset
//   dx = inverse·(dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)),  dx̂ = dy·scale
#include "worker/network/fused/kernels.h"
#include "worker/network/fused/lanes.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

PACELINE_LANE V OnlyFirst(V v, size_t count) {
  if (count >= kLanes) return v;
  float lanes[kLanes];
  v.Store(lanes);
  return LoadFirst(lanes, count);
}

// Σ of term(first element, count) over a row.
template <class Term>
PACELINE_LANE float RowSum(size_t width, const Term& term) {
  V sum = V::Set(0.0f);
  ForPacks(width, [&](size_t at, size_t count)
                      PACELINE_INLINE_LAMBDA { sum = sum + OnlyFirst(term(at, count), count); });
  return SumLanes(sum);
}

// Σ of term(row) over all rows, one pack of columns: blocks of 64 rows, each in four sums.
template <class Term>
PACELINE_LANE V ColumnSum(size_t rows, const Term& term) {
  constexpr size_t kBlock = 64;
  V total = V::Set(0.0f);
  for (size_t first = 0; first < rows; first += kBlock) {
    const size_t end = first + kBlock < rows ? first + kBlock : rows;
    V part[4] = {V::Set(0.0f), V::Set(0.0f), V::Set(0.0f), V::Set(0.0f)};
    size_t row = first;
    for (; row + 4 <= end; row += 4) {
      PACELINE_UNROLL(4)
      for (size_t i = 0; i < 4; ++i) part[i] = part[i] + term(row + i);
    }
    for (; row < end; ++row) part[0] = part[0] + term(row);
    total = total + ((part[0] + part[1]) + (part[2] + part[3]));
  }
  return total;
}

PACELINE_LANE void Put(V v, float* to, size_t count, bool adds) {
  StoreFirst(adds ? LoadFirst(to, count) + v : v, to, count);
}

float InverseRoot(float variance, float epsilon) {
  float lanes[kLanes];
  (V::Set(1.0f) / Sqrt(V::Set(variance + epsilon))).Store(lanes);
  return lanes[0];
}

void LayerNormRowSlope(const Norm& norm, const NormSlopes& s, size_t row) {
  const float* const x = norm.x + row * norm.width;
  const float* const dy = s.dy + row * norm.width;
  const V mean = V::Set(norm.mean[row]), inverse = V::Set(norm.inverse[row]);
  const auto normed = [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    return (LoadFirst(x + at, count) - mean) * inverse;
  };
  const auto slope = [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    return LoadFirst(dy + at, count) * LoadFirst(norm.scale + at, count);
  };
  const float part = 1.0f / static_cast<float>(norm.width);
  const V sum = V::Set(part * RowSum(norm.width, slope));
  const V product =
      V::Set(part * RowSum(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
               return slope(at, count) * normed(at, count);
             }));
  ForPacks(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const V value = inverse * (slope(at, count) - sum - normed(at, count) * product);
    Put(value, s.dx + row * norm.width + at, count, s.x_adds);
  });
}

}  // namespace

void LayerNorm(const Norm& norm, float* y) {
  const float part = 1.0f / static_cast<float>(norm.width);
  for (size_t row = 0; row < norm.rows; ++row) {
    const float* const x = norm.x + row * norm.width;
    const float mean =
        part * RowSum(norm.width, [&](size_t at, size_t count)
                                      PACELINE_INLINE_LAMBDA { return LoadFirst(x + at, count); });
    const V center = V::Set(mean);
    const float variance =
        part * RowSum(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
          const V d = LoadFirst(x + at, count) - center;
          return d * d;
        });
    norm.mean[row] = mean;
    norm.inverse[row] = InverseRoot(variance, norm.epsilon);
    const V inverse = V::Set(norm.inverse[row]);
    ForPacks(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      const V normed = (LoadFirst(x + at, count) - center) * inverse;
      StoreFirst(Fma(normed, LoadFirst(norm.scale + at, count), LoadFirst(norm.offset + at, count)),
                 y + row * norm.width + at, count);
    });
  }
}

void LayerNormSlope(const Norm& norm, const NormSlopes& s) {
  if (s.dx != nullptr) {
    for (size_t row = 0; row < norm.rows; ++row) LayerNormRowSlope(norm, s, row);
  }
  ForPacks(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const auto dy = [&](size_t row) PACELINE_INLINE_LAMBDA {
      return LoadFirst(s.dy + row * norm.width + at, count);
    };
    if (s.dscale != nullptr) {
      const V sum = ColumnSum(norm.rows, [&](size_t row) PACELINE_INLINE_LAMBDA {
        const V x = LoadFirst(norm.x + row * norm.width + at, count);
        return dy(row) * ((x - V::Set(norm.mean[row])) * V::Set(norm.inverse[row]));
      });
      Put(sum, s.dscale + at, count, s.scale_adds);
    }
    if (s.doffset != nullptr) {
      Put(ColumnSum(norm.rows, dy), s.doffset + at, count, s.offset_adds);
    }
  });
}

void BatchNorm(const Norm& norm, float* y) {
  const V part = V::Set(1.0f / static_cast<float>(norm.rows));
  ForPacks(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const auto x = [&](size_t row) PACELINE_INLINE_LAMBDA {
      return LoadFirst(norm.x + row * norm.width + at, count);
    };
    const V mean = part * ColumnSum(norm.rows, x);
    const V variance = part * ColumnSum(norm.rows, [&](size_t row) PACELINE_INLINE_LAMBDA {
                         const V d = x(row) - mean;
                         return d * d;
                       });
    const V inverse = V::Set(1.0f) / Sqrt(variance + V::Set(norm.epsilon));
    StoreFirst(mean, norm.mean + at, count);
    StoreFirst(inverse, norm.inverse + at, count);
    const V scale = LoadFirst(norm.scale + at, count), offset = LoadFirst(norm.offset + at, count);
    for (size_t row = 0; row < norm.rows; ++row) {
      StoreFirst(Fma((x(row) - mean) * inverse, scale, offset), y + row * norm.width + at, count);
    }
  });
}

void BatchNormSlope(const Norm& norm, const NormSlopes& s) {
  const V part = V::Set(1.0f / static_cast<float>(norm.rows));
  ForPacks(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const V mean = LoadFirst(norm.mean + at, count), inverse = LoadFirst(norm.inverse + at, count);
    const auto dy = [&](size_t row) PACELINE_INLINE_LAMBDA {
      return LoadFirst(s.dy + row * norm.width + at, count);
    };
    const auto normed = [&](size_t row) PACELINE_INLINE_LAMBDA {
      return (LoadFirst(norm.x + row * norm.width + at, count) - mean) * inverse;
    };
    const V offset = ColumnSum(norm.rows, dy);
    const V scale = ColumnSum(
        norm.rows, [&](size_t row) PACELINE_INLINE_LAMBDA { return dy(row) * normed(row); });
    if (s.dscale != nullptr) Put(scale, s.dscale + at, count, s.scale_adds);
    if (s.doffset != nullptr) Put(offset, s.doffset + at, count, s.offset_adds);
    if (s.dx == nullptr) return;
    const V factor = LoadFirst(norm.scale + at, count) * inverse;
    for (size_t row = 0; row < norm.rows; ++row) {
      const V value = factor * (dy(row) - part * offset - normed(row) * (part * scale));
      Put(value, s.dx + row * norm.width + at, count, s.x_adds);
    }
  });
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
