#include "common/noise/streams_kernel.h"

#include "common/lane/simd.h"
#include "common/noise/normal.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

using lane::Scalar;
using lane::ScalarU;
using V = lane::SimdWide;
using U = V::U;

// Two registers of blocks at a time keep the multipliers busy (a quarter faster than one).
constexpr int kUnroll = lane::SimdLane::kLanes == 16 ? 2 : 1;
constexpr size_t kBlocks = kUnroll * V::kLanes;
// Numbers made at once: the four of each Philox block.
constexpr size_t kGroup = 4 * kBlocks;

// out[4·l + j] = lane l of the j-th.
[[maybe_unused]] PACELINE_LANE void Interleave(ScalarU a, ScalarU b, ScalarU c, ScalarU d,
                                               uint32_t* out) {
  a.Store(out);
  b.Store(out + 1);
  c.Store(out + 2);
  d.Store(out + 3);
}
#if PACELINE_SIMD_PACK
PACELINE_LANE void Interleave(U a, U b, U c, U d, uint32_t* out) {
  constexpr int kParts = V::kLanes / lane::Pack::kLanes;
  for (int i = 0; i < kParts; ++i) {
    lane::hn::StoreInterleaved4(a.part[i].raw, b.part[i].raw, c.part[i].raw, d.part[i].raw,
                                lane::PackDU(), out + 4 * i * lane::Pack::kLanes);
  }
}
#endif

// What the groups are made of: kGroup words, or the bits of kGroup normals.
struct MakeWords {
  static PACELINE_LANE void Group(const PhiloxPlace& place, uint32_t block, uint32_t* out) {
    const PhiloxBlock<V> b = Philox<V>(place, U::Iota(block));
    Interleave(b.words[0], b.words[1], b.words[2], b.words[3], out);
  }
};
struct MakeNormals {
  static PACELINE_LANE void Group(const PhiloxPlace& place, uint32_t block, uint32_t* out) {
    const PhiloxBlock<V> b = Philox<V>(place, U::Iota(block));
    const NormalPair<V> p = Normals<V>(b.words[0], b.words[1]);
    const NormalPair<V> q = Normals<V>(b.words[2], b.words[3]);
    Interleave(Bits(p.first), Bits(p.second), Bits(q.first), Bits(q.second), out);
  }
};

// use.template Apply<L>(place in out, numbers) for every number of the range, L::kLanes at a time.
template <class Make, class Use>
PACELINE_LANE void ForRange(const PhiloxPlace& place, uint64_t first, size_t count, Use use) {
  alignas(64) uint32_t group[kGroup];
  uint32_t block = static_cast<uint32_t>(first / 4);
  size_t skip = first % 4;
  for (size_t done = 0; done < count; block += kBlocks, skip = 0) {
#pragma GCC unroll 2
    for (int k = 0; k < kUnroll; ++k) {
      Make::Group(place, block + k * V::kLanes, group + k * 4 * V::kLanes);
    }
    const size_t usable = count - done < kGroup - skip ? count - done : kGroup - skip;
    const uint32_t* numbers = group + skip;
    size_t i = 0;
    for (; i + V::kLanes <= usable; i += V::kLanes) use.template Apply<V>(done + i, numbers + i);
    for (; i < usable; ++i) use.template Apply<Scalar>(done + i, numbers + i);
    done += usable;
  }
}

struct StoreNumbers {
  uint32_t* out;
  template <class L>
  PACELINE_LANE void Apply(size_t at, const uint32_t* numbers) const {
    L::U::Load(numbers).Store(out + at);
  }
};
struct StoreIndices {
  uint32_t bound;
  uint32_t* out;
  template <class L>
  PACELINE_LANE void Apply(size_t at, const uint32_t* numbers) const {
    MulHigh(L::U::Load(numbers), L::U::Set(bound)).Store(out + at);
  }
};
struct StoreNormals {
  float* out;
  template <class L>
  PACELINE_LANE void Apply(size_t at, const uint32_t* numbers) const {
    FromBits(L::U::Load(numbers)).Store(out + at);
  }
};
struct AddNormals {
  float coefficient;
  const float* in;
  float* out;
  template <class L>
  PACELINE_LANE void Apply(size_t at, const uint32_t* numbers) const {
    const L normals = FromBits(L::U::Load(numbers));
    Fma(L::Set(coefficient), normals, L::Load(in + at)).Store(out + at);
  }
};

struct AddNormalsBySigma {
  float scale;
  const float* sigmas;
  const float* in;
  float* out;
  template <class L>
  PACELINE_LANE void Apply(size_t at, const uint32_t* numbers) const {
    const L normals = FromBits(L::U::Load(numbers));
    const L coefficients = L::Set(scale) * L::Load(sigmas + at);
    Fma(coefficients, normals, L::Load(in + at)).Store(out + at);
  }
};

}  // namespace

void FillWords(const PhiloxPlace& place, uint64_t first, uint32_t* out, size_t count) {
  ForRange<MakeWords>(place, first, count, StoreNumbers{out});
}

void FillIndices(const PhiloxPlace& place, uint64_t first, uint32_t bound, uint32_t* out,
                 size_t count) {
  ForRange<MakeWords>(place, first, count, StoreIndices{bound, out});
}

void FillNormals(const PhiloxPlace& place, uint64_t first, float* out, size_t count) {
  ForRange<MakeNormals>(place, first, count, StoreNormals{out});
}

void AddScaledNormals(const PhiloxPlace& place, uint64_t first, float coefficient, const float* in,
                      float* out, size_t count) {
  ForRange<MakeNormals>(place, first, count, AddNormals{coefficient, in, out});
}

void AddNormalsByElement(const PhiloxPlace& place, float scale, const float* sigmas,
                         const float* in, float* out, size_t count) {
  ForRange<MakeNormals>(place, 0, count, AddNormalsBySigma{scale, sigmas, in, out});
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
