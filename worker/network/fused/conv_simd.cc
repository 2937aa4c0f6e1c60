// Compiled once per instruction set: convolutions as products at places that a table names.
#include "worker/network/fused/product.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

template <int kPacks>
struct PlacedPanel {
  const PlacedProduct& p;
  const float* packed;  // [tap, k, width]
  size_t column, count;

  template <int kRows>
  PACELINE_LANE void Run(size_t row) const {
    const float* x[kRows];
    const int32_t* from[kRows];
    float* y[kRows];
    size_t example = row / p.places, place = row % p.places;
    for (int i = 0; i < kRows; ++i) {
      x[i] = p.x + example * p.x_example;
      from[i] = p.from + place;
      y[i] = p.y + example * p.y_example + p.to[place] + column;
      if (++place == p.places) {
        place = 0;
        ++example;
      }
    }
    const auto row_of = [&](int i) PACELINE_INLINE_LAMBDA { return y[i]; };
    Tile<kRows, kPacks> tile;
    tile.Begin(p.initial == nullptr ? nullptr : p.initial + column, p.adds, count, row_of);
    const float* b = packed;
    for (size_t tap = 0; tap < p.taps; ++tap) {
      const float* a[kRows];
      for (int i = 0; i < kRows; ++i) {
        const int32_t at = from[i][tap * p.places];
        a[i] = at < 0 ? p.zeros : x[i] + at;
      }
      for (size_t k = 0; k < p.k; ++k, b += kPacks * kLanes) {
        tile.Add(b, [&](int i) PACELINE_INLINE_LAMBDA { return a[i][k]; });
      }
    }
    tile.End(count, row_of);
  }
};

// The panel's weights of all taps, one after the other.
void PackTaps(const PlacedProduct& p, size_t column, size_t width, size_t count, float* packed) {
  for (size_t tap = 0; tap < p.taps; ++tap) {
    PackPanel(p.w + p.weights[tap] + column * p.w_n, p.w_k, p.w_n, p.k, count, width, packed);
    packed += p.k * width;
  }
}

template <int kPacks>
struct WeightsPanel {
  const PlacedWeights& p;
  size_t tap, column, count;
  size_t first_example, examples;
  bool adds;

  template <int kRows>
  PACELINE_LANE void Run(size_t row) const {
    float* const dw = p.dw + (tap * p.k + row) * p.n + column;
    const auto row_of = [&](int i) PACELINE_INLINE_LAMBDA { return dw + i * p.n; };
    Tile<kRows, kPacks> tile;
    tile.Begin(nullptr, adds, count, row_of);
    const int32_t* const begin = p.pairs + 2 * p.first[tap];
    const int32_t* const end = p.pairs + 2 * p.first[tap + 1];
    for (size_t e = first_example; e < first_example + examples; ++e) {
      const float* x = p.x + e * p.x_example + row;
      const float* dy = p.dy + e * p.y_example + column;
      for (const int32_t* pair = begin; pair < end; pair += 2) {
        const float* left = x + pair[0];
        tile.Add(dy + pair[1], [&](int i) PACELINE_INLINE_LAMBDA { return left[i]; });
      }
    }
    tile.End(count, row_of);
  }
};

// Examples whose numbers stay in a core's cache while all taps go over them.
size_t ExamplesTogether(const PlacedWeights& p) {
  constexpr size_t kFloats = 96 * 1024;
  const size_t together = kFloats / (p.x_example + p.y_example);
  return together == 0 ? 1 : together;
}

}  // namespace

void MultiplyPlaced(const PlacedProduct& p, float* packed) {
  const size_t rows = p.examples * p.places;
  for (size_t column = 0; column < p.n; column += kPanel) {
    const size_t width = PanelWidth(p.n, column);
    const size_t count = p.n - column < width ? p.n - column : width;
    PackTaps(p, column, width, count, packed);
    if (kTilePacks == 1 || width < kPanel) {
      ForTiles(rows, PlacedPanel<1>{p, packed, column, count});
    } else {
      ForTiles(rows, PlacedPanel<kTilePacks>{p, packed, column, count});
    }
  }
}

void ConvWeights(const PlacedWeights& p) {
  const size_t together = ExamplesTogether(p);
  for (size_t first = 0; first < p.examples; first += together) {
    const size_t examples = p.examples - first < together ? p.examples - first : together;
    const bool adds = p.adds || first > 0;
    for (size_t tap = 0; tap < p.taps; ++tap) {
      for (size_t column = 0; column < p.n; column += kPanel) {
        const size_t width = PanelWidth(p.n, column);
        const size_t count = p.n - column < width ? p.n - column : width;
        if (kTilePacks == 1 || width < kPanel) {
          ForTiles(p.k, WeightsPanel<1>{p, tap, column, count, first, examples, adds});
        } else {
          ForTiles(p.k, WeightsPanel<kTilePacks>{p, tap, column, count, first, examples, adds});
        }
      }
    }
  }
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
