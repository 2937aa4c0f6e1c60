// Sums over an array in an order that neither the instruction set nor the number of threads
// changes: the elements of a chunk of 128 go to 16 partial sums by their number mod 16, the chunks'
// partial sums are added in order, and the 16 totals as a tree.
#pragma once

#include "common/lane/team.h"
#include "common/lopt/plan/sum_scratch.h"

namespace paceline {

// 1, and 0 in the lanes from `count` on.
template <class V>
PACELINE_LANE V MaskOf(uint32_t first, uint32_t count) {
  const V index = FromInt(V::U::Iota(first));
  return Select(index < V::Set(static_cast<float>(count)), V::Set(1.0f), V::Set(0.0f));
}

template <class V>
PACELINE_LANE void AddSquare(V& sum, V x) {
  sum = Fma(x, x, sum);
}

PACELINE_LANE float TreeSum(const float* partials) {
  float eight[8], four[4];
  PACELINE_UNROLL(8)
  for (int i = 0; i < 8; ++i) eight[i] = partials[i] + partials[i + 8];
  PACELINE_UNROLL(4)
  for (int i = 0; i < 4; ++i) four[i] = eight[i] + eight[i + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// totals[k] = Σ over the elements of what body(element, sums) adds to sums[k] for one V of elements
// that starts at `element`, a multiple of V::kLanes below `padded`. For one thread: first
// before(chunk's begin, its end); then each body in turn, with some of the sums, for all elements
// of the chunk: a loop of few sums has registers for them.
template <class V, int kSums, class Before, class... Bodies>
PACELINE_LANE void SumChunks(uint32_t padded, float* totals, const Before& before,
                             const Bodies&... bodies) {
  constexpr uint32_t kParts = kLaneGroup / V::kLanes;
  V running[kSums * kParts];
  for (int i = 0; i < kSums * static_cast<int>(kParts); ++i) running[i] = V::Set(0.0f);
  for (uint32_t chunk = 0; chunk < padded; chunk += kChunk) {
    const uint32_t end = padded - chunk < kChunk ? padded : chunk + kChunk;
    before(chunk, end);
    for (uint32_t part = 0; part < kParts; ++part) {
      V sums[kSums];
      PACELINE_UNROLL(32)
      for (int k = 0; k < kSums; ++k) sums[k] = V::Set(0.0f);
      const auto add = [&](const auto& body) PACELINE_INLINE_LAMBDA {
        for (uint32_t at = chunk + part * V::kLanes; at < end; at += kLaneGroup) body(at, sums);
      };
      (add(bodies), ...);
      PACELINE_UNROLL(32)
      for (int k = 0; k < kSums; ++k) {
        running[k * kParts + part] = running[k * kParts + part] + sums[k];
      }
    }
  }
  for (int k = 0; k < kSums; ++k) {
    alignas(64) float partials[kLaneGroup];
    for (uint32_t part = 0; part < kParts; ++part) {
      running[k * kParts + part].Store(partials + part * V::kLanes);
    }
    totals[k] = TreeSum(partials);
  }
}

// The same sums by any team, with one body. Ends with a Sync.
template <class V, int kSums, class Team, class Body>
PACELINE_LANE void SumElements(const Team& team, uint32_t padded, float* scratch, float* totals,
                               const Body& body) {
  if constexpr (Team::kSolo) {
    SumChunks<V, kSums>(
        padded, totals, [](uint32_t, uint32_t) PACELINE_INLINE_LAMBDA {}, body);
  } else {
    static_assert(V::kLanes == 1);
    const uint32_t chunks = (padded + kChunk - 1) / kChunk;
    const uint32_t fitting = static_cast<uint32_t>(team.size()) / kLaneGroup;
    const uint32_t wave = fitting < 1 ? 1 : fitting < kWave ? fitting : kWave;
    float* running = scratch + size_t{kSums} * kWave * kLaneGroup;
    lane::ForEach(team, kSums * kLaneGroup, [&](size_t i) { running[i] = 0.0f; });
    for (uint32_t first = 0; first < chunks; first += wave) {
      const uint32_t count = chunks - first < wave ? chunks - first : wave;
      lane::ForEach(team, count * kLaneGroup, [&](size_t item) {
        const uint32_t start =
            (first + static_cast<uint32_t>(item) / kLaneGroup) * kChunk + item % kLaneGroup;
        const uint32_t chunk_end = start - item % kLaneGroup + kChunk;
        const uint32_t end = padded < chunk_end ? padded : chunk_end;
        V sums[kSums];
        for (int k = 0; k < kSums; ++k) sums[k] = V::Set(0.0f);
        for (uint32_t at = start; at < end; at += kLaneGroup) body(at, sums);
        for (int k = 0; k < kSums; ++k) sums[k].Store(scratch + k * kWave * kLaneGroup + item);
      });
      team.Sync();
      // Entry i is the same thread's as above.
      lane::ForEach(team, kSums * kLaneGroup, [&](size_t i) {
        const float* partials = scratch + i / kLaneGroup * kWave * kLaneGroup + i % kLaneGroup;
        for (uint32_t c = 0; c < count; ++c) running[i] += partials[c * kLaneGroup];
      });
      team.Sync();
    }
    lane::ForEach(team, kSums, [&](size_t k) { totals[k] = TreeSum(running + k * kLaneGroup); });
    team.Sync();
  }
}

// sink(row, Σ over [0, width) of load(row, element), a V of elements at a time); a row has 16
// partial sums and no chunks. width is a multiple of 16. scratch: [rows, 16]. Ends with a Sync.
template <class V, class Team, class Load, class Sink>
PACELINE_LANE void SumRows(const Team& team, uint32_t rows, uint32_t width, float* scratch,
                           const Load& load, const Sink& sink) {
  constexpr uint32_t kParts = kLaneGroup / V::kLanes;
  const auto sum_part = [&](uint32_t row, uint32_t part, float* partials) PACELINE_INLINE_LAMBDA {
    V sum = V::Set(0.0f);
    for (uint32_t at = part * V::kLanes; at < width; at += kLaneGroup) sum = sum + load(row, at);
    sum.Store(partials + part * V::kLanes);
  };
  if constexpr (Team::kSolo) {
    for (uint32_t row = 0; row < rows; ++row) {
      alignas(64) float partials[kLaneGroup];
      for (uint32_t part = 0; part < kParts; ++part) sum_part(row, part, partials);
      sink(row, TreeSum(partials));
    }
  } else {
    lane::ForEach(team, size_t{rows} * kParts, [&](size_t item) PACELINE_INLINE_LAMBDA {
      const uint32_t row = static_cast<uint32_t>(item) / kParts;
      sum_part(row, static_cast<uint32_t>(item) % kParts, scratch + size_t{row} * kLaneGroup);
    });
    team.Sync();
    lane::ForEach(team, rows, [&](size_t row) PACELINE_INLINE_LAMBDA {
      sink(static_cast<uint32_t>(row), TreeSum(scratch + row * kLaneGroup));
    });
    team.Sync();
  }
}

}  // namespace paceline
