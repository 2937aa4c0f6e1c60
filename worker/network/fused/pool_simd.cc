// Compiled once per instruction set: windows over images, sixteen channels at a time.
#include "worker/network/fused/kernels.h"
#include "worker/network/fused/lanes.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

// The part of a window that lies within the image.
struct Inside {
  int64_t begin, end;
};
PACELINE_LANE Inside InsideOf(int64_t out, int64_t size, int64_t stride, int64_t before,
                              int64_t in) {
  const int64_t first = out * stride - before;
  return {first < 0 ? 0 : first, first + size < in ? first + size : in};
}

// body(index of the output place, rows, columns, first value of the example)
template <class Body>
PACELINE_LANE void ForWindows(const Pool& p, const Body& body) {
  size_t place = 0;
  for (size_t example = 0; example < p.examples; ++example) {
    const size_t base = example * static_cast<size_t>(p.rows * p.columns) * p.channels;
    for (int64_t row = 0; row < p.out_rows; ++row) {
      const Inside rows = InsideOf(row, p.size, p.stride, p.rows_before, p.rows);
      for (int64_t column = 0; column < p.out_columns; ++column) {
        body(place++, rows, InsideOf(column, p.size, p.stride, p.columns_before, p.columns), base);
      }
    }
  }
}

// body(where a pixel of the window lies)
template <class Body>
PACELINE_LANE void ForPixels(const Pool& p, const Inside& rows, const Inside& columns, size_t base,
                             const Body& body) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    for (int64_t column = columns.begin; column < columns.end; ++column) {
      body(base + static_cast<size_t>(row * p.columns + column) * p.channels);
    }
  }
}

PACELINE_LANE V OneOver(const Inside& rows, const Inside& columns) {
  return V::Set(1.0f / static_cast<float>((rows.end - rows.begin) * (columns.end - columns.begin)));
}

}  // namespace

void MaxPool(const Pool& p, const float* x, float* y) {
  ForWindows(p, [&](size_t place, Inside rows, Inside columns, size_t base) {
    ForPacks(p.channels, [&](size_t at, size_t count) {
      V largest = V::Set(-__builtin_inff());
      ForPixels(p, rows, columns, base, [&](size_t pixel) {
        // A NaN in either stays.
        const V value = LoadFirst(x + pixel + at, count);
        largest = Select(largest == largest, Max(largest, value), largest);
      });
      StoreFirst(largest, y + place * p.channels + at, count);
    });
  });
}

void MaxPoolSlope(const Pool& p, const float* x, const float* y, const float* dy, float* dx) {
  const V zero = V::Set(0.0f);
  ForWindows(p, [&](size_t place, Inside rows, Inside columns, size_t base) {
    ForPacks(p.channels, [&](size_t at, size_t count) {
      const V largest = LoadFirst(y + place * p.channels + at, count);
      V slope = LoadFirst(dy + place * p.channels + at, count);
      ForPixels(p, rows, columns, base, [&](size_t pixel) {
        const auto chosen = LoadFirst(x + pixel + at, count) == largest;
        float* const to = dx + pixel + at;
        StoreFirst(LoadFirst(to, count) + Select(chosen, slope, zero), to, count);
        slope = Select(chosen, zero, slope);
      });
    });
  });
}

void MeanPool(const Pool& p, const float* x, float* y) {
  ForWindows(p, [&](size_t place, Inside rows, Inside columns, size_t base) {
    const V part = OneOver(rows, columns);
    ForPacks(p.channels, [&](size_t at, size_t count) {
      V sum = V::Set(0.0f);
      ForPixels(p, rows, columns, base,
                [&](size_t pixel) { sum = sum + LoadFirst(x + pixel + at, count); });
      StoreFirst(sum * part, y + place * p.channels + at, count);
    });
  });
}

void MeanPoolSlope(const Pool& p, const float* dy, float* dx) {
  ForWindows(p, [&](size_t place, Inside rows, Inside columns, size_t base) {
    const V part = OneOver(rows, columns);
    ForPacks(p.channels, [&](size_t at, size_t count) {
      const V slope = LoadFirst(dy + place * p.channels + at, count) * part;
      ForPixels(p, rows, columns, base, [&](size_t pixel) {
        float* const to = dx + pixel + at;
        StoreFirst(LoadFirst(to, count) + slope, to, count);
      });
    });
  });
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
