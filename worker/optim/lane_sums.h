// Sums over an array in an order that no instruction set changes: element i goes to partial i mod
// 16, and the partials are added as a tree.
#pragma once

#include <cstddef>

#include "common/lane/scalar.h"

namespace paceline {

// 16 partial sums in registers of lane type V.
template <class V>
struct Partials {
  static constexpr int kParts = 16 / V::kLanes;
  V part[kParts];

  PACELINE_LANE void Clear() {
    for (int i = 0; i < kParts; ++i) part[i] = V::Set(0.0f);
  }
  // `at` is the part that x belongs to: (index of its first element mod 16) / kLanes.
  PACELINE_LANE void Add(int at, V x) { part[at] = part[at] + x; }
  PACELINE_LANE void AddSquare(int at, V x) { part[at] = Fma(x, x, part[at]); }

  PACELINE_LANE float Total() const {
    alignas(64) float sums[16];
    for (int i = 0; i < kParts; ++i) part[i].Store(sums + i * V::kLanes);
    for (int width = 8; width > 0; width /= 2) {
      for (int i = 0; i < width; ++i) sums[i] += sums[i + width];
    }
    return sums[0];
  }
};

// body(element, part) for every V of an array of `padded` elements, in order.
template <class V, class Body>
PACELINE_LANE void ForLanes(size_t padded, Body body) {
  for (size_t group = 0; group < padded; group += 16) {
    for (int part = 0; part < Partials<V>::kParts; ++part) {
      body(group + static_cast<size_t>(part * V::kLanes), part);
    }
  }
}

}  // namespace paceline
