// The loops of common/noise/streams.h as kernel bodies, a Philox block of four numbers to a thread.
// The same bits, whatever the team. Nothing is synchronised at the end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/lane/team.h"
#include "common/noise/normal.h"
#include "common/noise/philox.h"

namespace paceline {

// body(k, number) for every number of the range [first, first + count) of a stream, the k-th of the
// range; make(block) gives the four of a Philox block.
template <class Team, class Make, class Body>
PACELINE_LANE void ForPhiloxBlocks(uint64_t first, size_t count, const Team& team, const Make& make,
                                   const Body& body) {
  if (count == 0) return;
  const uint64_t first_block = first / 4;
  const size_t blocks = static_cast<size_t>((first + count - 1) / 4 - first_block) + 1;
  lane::ForEach(team, blocks, [&](size_t i) {
    const auto numbers = make(static_cast<uint32_t>(first_block + i));
    for (int j = 0; j < 4; ++j) {
      const uint64_t number = 4 * (first_block + i) + static_cast<uint64_t>(j);
      if (number < first || number - first >= count) continue;
      body(static_cast<size_t>(number - first), numbers.values[j]);
    }
  });
}

struct FourNormals {
  lane::Scalar values[4];
};
struct FourWords {
  lane::ScalarU values[4];
};

// Normals 4·block to 4·block + 3 of a stream.
PACELINE_LANE FourNormals NormalsOfBlock(const PhiloxPlace& place, uint32_t block) {
  const auto b = Philox<lane::Scalar>(place, lane::ScalarU::Set(block));
  const auto p = Normals<lane::Scalar>(b.words[0], b.words[1]);
  const auto q = Normals<lane::Scalar>(b.words[2], b.words[3]);
  return {{p.first, p.second, q.first, q.second}};
}
PACELINE_LANE FourWords WordsOfBlock(const PhiloxPlace& place, uint32_t block) {
  const auto b = Philox<lane::Scalar>(place, lane::ScalarU::Set(block));
  return {{b.words[0], b.words[1], b.words[2], b.words[3]}};
}

template <class Team>
PACELINE_LANE void FillNormals(const PhiloxPlace& place, uint64_t first, float* out, size_t count,
                               const Team& team) {
  ForPhiloxBlocks(
      first, count, team, [&](uint32_t block) { return NormalsOfBlock(place, block); },
      [&](size_t k, lane::Scalar normal) { out[k] = normal.raw; });
}

// out[k] = fma(coefficient, n_{first+k}, in[k]); in and out may be the same.
template <class Team>
PACELINE_LANE void AddScaledNormals(const PhiloxPlace& place, uint64_t first, float coefficient,
                                    const float* in, float* out, size_t count, const Team& team) {
  ForPhiloxBlocks(
      first, count, team, [&](uint32_t block) { return NormalsOfBlock(place, block); },
      [&](size_t k, lane::Scalar normal) {
        out[k] = Fma(lane::Scalar::Set(coefficient), normal, lane::Scalar::Load(in + k)).raw;
      });
}

// out[k] = fma(scale·sigmas[k], n_k, in[k])
template <class Team>
PACELINE_LANE void AddNormalsByElement(const PhiloxPlace& place, float scale, const float* sigmas,
                                       const float* in, float* out, size_t count,
                                       const Team& team) {
  ForPhiloxBlocks(
      0, count, team, [&](uint32_t block) { return NormalsOfBlock(place, block); },
      [&](size_t k, lane::Scalar normal) {
        const lane::Scalar coefficient = lane::Scalar::Set(scale) * lane::Scalar::Load(sigmas + k);
        out[k] = Fma(coefficient, normal, lane::Scalar::Load(in + k)).raw;
      });
}

template <class Team>
PACELINE_LANE void FillIndices(const PhiloxPlace& place, uint64_t first, uint32_t bound,
                               uint32_t* out, size_t count, const Team& team) {
  ForPhiloxBlocks(
      first, count, team, [&](uint32_t block) { return WordsOfBlock(place, block); },
      [&](size_t k, lane::ScalarU word) { out[k] = MulHigh(word, lane::ScalarU::Set(bound)).raw; });
}

// out[i] = ±1, by bit i mod 32 of the stream's word i / 32 (1: +1).
template <class Team>
PACELINE_LANE void FillSigns(const PhiloxPlace& place, float* out, size_t count, const Team& team) {
  ForPhiloxBlocks(
      0, (count + 31) / 32, team, [&](uint32_t block) { return WordsOfBlock(place, block); },
      [&](size_t k, lane::ScalarU word) {
        for (size_t i = 32 * k; i < count && i < 32 * (k + 1); ++i) {
          out[i] = (word.raw >> (i % 32) & 1u) != 0 ? 1.0f : -1.0f;
        }
      });
}

// One term of a gradient: coefficient · (the normals of a stream).
struct NoiseTerm {
  PhiloxPlace place;
  float coefficient;
};

// sum[k] += Σ_t c_t·n_{t, first+k}, the terms in order with one fma each: AddScaledNormals of every
// term, but no number of ε is ever stored. `first` is a multiple of 4.
template <class Team>
PACELINE_LANE void AddNoiseTerms(const NoiseTerm* terms, size_t term_count, uint64_t first,
                                 float* sum, size_t count, const Team& team) {
  lane::ForEach(team, (count + 3) / 4, [&](size_t i) {
    const size_t begin = 4 * i;
    const size_t here = count - begin < 4 ? count - begin : 4;
    lane::Scalar sums[4] = {};
    for (size_t j = 0; j < here; ++j) sums[j] = lane::Scalar::Load(sum + begin + j);
    for (size_t t = 0; t < term_count; ++t) {
      const NoiseTerm& term = terms[t];
      const FourNormals normals = NormalsOfBlock(term.place, static_cast<uint32_t>(first / 4 + i));
      for (int j = 0; j < 4; ++j) {
        sums[j] = Fma(lane::Scalar::Set(term.coefficient), normals.values[j], sums[j]);
      }
    }
    for (size_t j = 0; j < here; ++j) sums[j].Store(sum + begin + j);
  });
}

}  // namespace paceline
