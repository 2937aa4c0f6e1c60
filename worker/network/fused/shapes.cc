#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

// Blocks of `count` at these strides.
struct Blocks {
  size_t blocks, count, from_stride, to_stride;
};

template <class T>
void Copy(const Blocks& b, const T* from, T* to) {
  for (size_t i = 0; i < b.blocks; ++i) {
    std::copy_n(from + i * b.from_stride, b.count, to + i * b.to_stride);
  }
}

void Move(const Frame& f, const Blocks& b, const float* from, float* to, bool adds) {
  if (!adds) return Copy(b, from, to);
  for (size_t i = 0; i < b.blocks; ++i) {
    f.kernels.AddUp(from + i * b.from_stride, b.count, 1, to + i * b.to_stride, 1, true);
  }
}

size_t Product(const Extents& shape, int64_t begin, int64_t end) {
  size_t product = 1;
  for (int64_t axis = begin; axis < end; ++axis) {
    product *= static_cast<size_t>(shape[static_cast<size_t>(axis)]);
  }
  return product;
}

// ---- transpose: [outer, a, middle, b, inner] → [outer, b, middle, a, inner] ----

struct Swap {
  size_t outer, a, middle, b, inner;
};

Swap SwapOf(const Frame& f, int n) {
  const Extents& shape = f.InShape(n, 0);
  const int64_t first = std::min(f.at(n).first, f.at(n).axis);
  const int64_t second = std::max(f.at(n).first, f.at(n).axis);
  const auto rank = static_cast<int64_t>(shape.size());
  if (first == second) return {Product(shape, 0, rank), 1, 1, 1, 1};
  return {Product(shape, 0, first), Product(shape, first, first + 1),
          Product(shape, first + 1, second), Product(shape, second, second + 1),
          Product(shape, second + 1, rank)};
}

// Numbers one by one, by blocks of both axes.
void SwapNumbers(const Swap& s, const float* from, float* to, bool adds) {
  constexpr size_t kBlock = 16;
  for (size_t i0 = 0; i0 < s.a; i0 += kBlock) {
    for (size_t j0 = 0; j0 < s.b; j0 += kBlock) {
      for (size_t j = j0; j < std::min(j0 + kBlock, s.b); ++j) {
        for (size_t i = i0; i < std::min(i0 + kBlock, s.a); ++i) {
          const float value = from[i * s.middle * s.b + j];
          float& own = to[j * s.middle * s.a + i];
          own = adds ? own + value : value;
        }
      }
    }
  }
}

void Exchange(const Frame& f, const Swap& s, const float* from, float* to, bool adds) {
  const size_t whole = s.a * s.middle * s.b * s.inner;
  for (size_t o = 0; o < s.outer; ++o, from += whole, to += whole) {
    for (size_t m = 0; m < s.middle; ++m) {
      const float* const x = from + m * s.b * s.inner;
      float* const y = to + m * s.a * s.inner;
      if (s.inner == 1) {
        SwapNumbers(s, x, y, adds);
        continue;
      }
      for (size_t j = 0; j < s.b; ++j) {
        Move(f, {s.a, s.inner, s.middle * s.b * s.inner, s.inner}, x + j * s.inner,
             y + j * s.middle * s.a * s.inner, adds);
      }
    }
  }
}

// ---- concatenation and slices: blocks behind an axis ----

// Where part i begins within the rows of the whole, and the blocks of both.
struct Part {
  size_t begin;
  Blocks to_whole;
};

Part PartOf(const Extents& part, const Extents& whole, int64_t axis, size_t first) {
  const auto rank = static_cast<int64_t>(part.size());
  const size_t inner = Product(part, axis + 1, rank);
  const size_t own = Product(part, axis, rank);
  return {first * inner, {Product(part, 0, axis), own, own, Product(whole, axis, rank)}};
}

Blocks Reversed(const Blocks& b) { return {b.blocks, b.count, b.to_stride, b.from_stride}; }

// body(input, its part)
template <class Body>
void ForParts(const Frame& f, int n, const Body& body) {
  const int64_t axis = f.at(n).axis;
  size_t first = 0;
  for (size_t i = 0; i < f.at(n).inputs.size(); ++i) {
    body(i, PartOf(f.InShape(n, i), f.Shape(n), axis, first));
    first += static_cast<size_t>(f.InShape(n, i)[static_cast<size_t>(axis)]);
  }
}

Part SliceOf(const Frame& f, int n) {
  const Node& node = f.at(n);
  return PartOf(f.Shape(n), f.InShape(n, 0), node.axis, static_cast<size_t>(node.first));
}

}  // namespace

void Transposed(const Frame& f, int n) { Exchange(f, SwapOf(f, n), f.In(n, 0), f.Out(n), false); }

void TransposedSlope(const Frame& f, int n) {
  Swap swap = SwapOf(f, n);
  std::swap(swap.a, swap.b);
  Exchange(f, swap, f.OutSlope(n), f.InSlope(n, 0), f.Adds(n, 0));
}

void Concatenated(const Frame& f, int n) {
  ForParts(f, n, [&](size_t i, const Part& part) {
    Copy(part.to_whole, f.In(n, i), f.Out(n) + part.begin);
  });
}

void ConcatenatedSlope(const Frame& f, int n) {
  ForParts(f, n, [&](size_t i, const Part& part) {
    if (!f.Wants(n, i)) return;
    Move(f, Reversed(part.to_whole), f.OutSlope(n) + part.begin, f.InSlope(n, i), f.Adds(n, i));
  });
}

void Sliced(const Frame& f, int n) {
  const Part part = SliceOf(f, n);
  const Blocks blocks = Reversed(part.to_whole);
  if (f.at(n).tokens) return Copy(blocks, f.TokensIn(n, 0) + part.begin, f.TokensOut(n));
  Copy(blocks, f.In(n, 0) + part.begin, f.Out(n));
}

void SlicedSlope(const Frame& f, int n) {
  const Part part = SliceOf(f, n);
  Move(f, part.to_whole, f.OutSlope(n), f.ClearedSlope(n, 0) + part.begin, true);
}

void Selected(const Frame& f, int n) {
  std::copy_n(f.In(n, static_cast<size_t>(f.Option(f.at(n).index))), f.Size(n), f.Out(n));
}

void SelectedSlope(const Frame& f, int n) {
  const auto chosen = static_cast<size_t>(f.Option(f.at(n).index));
  for (size_t i = 0; i < f.at(n).inputs.size(); ++i) {
    float* const slope = f.ClearedSlope(n, i);
    if (slope == nullptr || i != chosen) continue;
    f.kernels.AddUp(f.OutSlope(n), f.Size(n), 1, slope, 1, true);
  }
}

}  // namespace paceline::fused
