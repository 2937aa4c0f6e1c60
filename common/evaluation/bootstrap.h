// Which runs and cases a resample takes: by counter, so that every interval of a report is a
// function of the evaluation alone.  (B. Efron, R. Tibshirani, "An introduction to the bootstrap",
// 1993.)
#pragma once

#include <cstdint>
#include <vector>

namespace paceline {

inline constexpr uint32_t kResamples = 2000;

// Draws are the same for all contestants, which keeps them paired.
class Bootstrap {
 public:
  // The streams' key is a digest of `seed`: no number is one that a training draws.
  explicit Bootstrap(uint64_t seed);

  // How often resample `number` takes each run of a case; the counts sum to `runs`.
  std::vector<uint32_t> RunCounts(uint32_t case_index, uint32_t number, uint32_t runs) const;

  struct Draw {
    uint32_t case_place = 0;  // among the cases that are resampled
    uint32_t resample = 0;    // of that case's runs
  };
  // `cases` draws with replacement, each with a resample of its runs: tasks first, then seeds.
  std::vector<Draw> Cases(uint32_t number, uint32_t cases) const;

 private:
  uint64_t key_;
};

}  // namespace paceline
