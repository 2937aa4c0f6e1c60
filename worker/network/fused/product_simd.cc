// Compiled once per instruction set: matrix products.
#include "worker/network/fused/product.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

// Rows of a that go through all panels of b before the next ones do: they stay in a core's cache.
constexpr size_t kRowBlock = 128;

void MultiplyInBlocks(const Product& p, const float* packed, bool adds) {
  for (size_t row = 0; row < p.m; row += kRowBlock) {
    Product block = p;
    block.a += row * p.a_row;
    block.c += row * p.c_row;
    block.m = p.m - row < kRowBlock ? p.m - row : kRowBlock;
    MultiplyWithPacked(block, packed, adds);
  }
}

}  // namespace

void Multiply(const Product& product, float* packed) {
  for (size_t k = 0; k < product.k || k == 0; k += kProductBlock) {
    Product block = product;
    block.a += k * product.a_k;
    block.b += k * product.b_row;
    block.k = product.k - k < kProductBlock ? product.k - k : kProductBlock;
    PackAll(block.b, block.b_row, block.b_column, block.k, block.n, packed);
    MultiplyInBlocks(block, packed, product.adds || k > 0);
  }
}

void Pack(const Product& product, float* packed) {
  PackAll(product.b, product.b_row, product.b_column, product.k, product.n, packed);
}

void MultiplyPacked(const Product& product, const float* packed) {
  MultiplyInBlocks(product, packed, product.adds);
}

void SumRows(const float* x, size_t rows, size_t stride, size_t count, float* sums, bool adds) {
  constexpr size_t kBlock = 64;
  ForPacks(count, [&](size_t at, size_t size) PACELINE_INLINE_LAMBDA {
    V total = adds ? LoadFirst(sums + at, size) : V::Set(0.0f);
    for (size_t first = 0; first < rows; first += kBlock) {
      const size_t end = first + kBlock < rows ? first + kBlock : rows;
      V part[4] = {V::Set(0.0f), V::Set(0.0f), V::Set(0.0f), V::Set(0.0f)};
      for (size_t row = first; row < end; ++row) {
        V& own = part[(row - first) % 4];
        own = own + LoadFirst(x + row * stride + at, size);
      }
      total = total + ((part[0] + part[1]) + (part[2] + part[3]));
    }
    StoreFirst(total, sums + at, size);
  });
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
