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

// Up to 16 columns of an array [rows, width], a row to a pack.
struct PackOfColumns {
  size_t packs, width, at, count;

  PACELINE_LANE V Load(const float* p, size_t pack) const {
    return LoadFirst(p + pack * width + at, count);
  }
  PACELINE_LANE void Store(V v, float* p, size_t pack, bool adds) const {
    Put(v, p + pack * width + at, count, adds);
  }
  // Of an array [width].
  PACELINE_LANE V LoadOne(const float* p) const { return LoadFirst(p + at, count); }
  PACELINE_LANE void StoreOne(V v, float* p, bool adds) const { Put(v, p + at, count, adds); }
  template <class Term>
  PACELINE_LANE V Sum(const Term& term) const {
    return ColumnSum(packs, term);
  }
};

// All columns, if they are 1, 2, 4 or 8: several rows to a pack, the last maybe of fewer.
struct NarrowColumns {
  NarrowColumns(size_t rows, size_t width)
      : packs((rows * width + kLanes - 1) / kLanes),
        width(width),
        last(rows * width - (packs - 1) * kLanes) {}
  size_t packs, width, last;

  PACELINE_LANE size_t Count(size_t pack) const { return pack + 1 < packs ? kLanes : last; }
  PACELINE_LANE V Load(const float* p, size_t pack) const {
    return LoadFirst(p + pack * kLanes, Count(pack));
  }
  PACELINE_LANE void Store(V v, float* p, size_t pack, bool adds) const {
    Put(v, p + pack * kLanes, Count(pack), adds);
  }
  PACELINE_LANE V LoadOne(const float* p) const {
    float lanes[kLanes];
    for (size_t i = 0; i < kLanes; ++i) lanes[i] = p[i % width];
    return V::Load(lanes);
  }
  PACELINE_LANE void StoreOne(V v, float* p, bool adds) const { Put(v, p, width, adds); }
  // In all lanes of a column.
  template <class Term>
  PACELINE_LANE V Sum(const Term& term) const {
    const V sum = ColumnSum(packs - 1, term) + OnlyFirst(term(packs - 1), last);
    float lanes[kLanes];
    sum.Store(lanes);
    for (size_t half = kLanes / 2; half >= width; half /= 2) {
      for (size_t i = 0; i < half; ++i) lanes[i] = lanes[i] + lanes[i + half];
    }
    return LoadOne(lanes);
  }
};

template <class Body>
PACELINE_LANE void ForColumns(const Norm& norm, const Body& body) {
  if (norm.width < kLanes && kLanes % norm.width == 0) {
    return body(NarrowColumns(norm.rows, norm.width));
  }
  ForPacks(norm.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    body(PackOfColumns{norm.rows, norm.width, at, count});
  });
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
  ForColumns(norm, [&](const auto& columns) PACELINE_INLINE_LAMBDA {
    const V part = V::Set(1.0f / static_cast<float>(norm.rows));
    const auto x = [&](size_t pack) PACELINE_INLINE_LAMBDA { return columns.Load(norm.x, pack); };
    const V mean = part * columns.Sum(x);
    const V variance = part * columns.Sum([&](size_t pack) PACELINE_INLINE_LAMBDA {
      const V d = x(pack) - mean;
      return d * d;
    });
    const V inverse = V::Set(1.0f) / Sqrt(variance + V::Set(norm.epsilon));
    columns.StoreOne(mean, norm.mean, false);
    columns.StoreOne(inverse, norm.inverse, false);
    const V scale = columns.LoadOne(norm.scale), offset = columns.LoadOne(norm.offset);
    for (size_t pack = 0; pack < columns.packs; ++pack) {
      columns.Store(Fma((x(pack) - mean) * inverse, scale, offset), y, pack, false);
    }
  });
}

void BatchNormSlope(const Norm& norm, const NormSlopes& s) {
  ForColumns(norm, [&](const auto& columns) PACELINE_INLINE_LAMBDA {
    const V part = V::Set(1.0f / static_cast<float>(norm.rows));
    const V mean = columns.LoadOne(norm.mean), inverse = columns.LoadOne(norm.inverse);
    const auto dy = [&](size_t pack) PACELINE_INLINE_LAMBDA { return columns.Load(s.dy, pack); };
    const auto normed = [&](size_t pack) PACELINE_INLINE_LAMBDA {
      return (columns.Load(norm.x, pack) - mean) * inverse;
    };
    const V offset = columns.Sum(dy);
    const V scale =
        columns.Sum([&](size_t pack) PACELINE_INLINE_LAMBDA { return dy(pack) * normed(pack); });
    if (s.dscale != nullptr) columns.StoreOne(scale, s.dscale, s.scale_adds);
    if (s.doffset != nullptr) columns.StoreOne(offset, s.doffset, s.offset_adds);
    if (s.dx == nullptr) return;
    const V factor = columns.LoadOne(norm.scale) * inverse;
    for (size_t pack = 0; pack < columns.packs; ++pack) {
      const V value = factor * (dy(pack) - part * offset - normed(pack) * (part * scale));
      columns.Store(value, s.dx, pack, s.x_adds);
    }
  });
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
