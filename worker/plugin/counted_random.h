// The random numbers that a plug-in is handed.
#pragma once

#include "common/noise/streams.h"
#include "paceline/plugin.h"

namespace paceline {

// The numbers of one stream, in order; each call begins at a Philox block of its own, so that none
// is given out twice. Not thread-safe.
class CountedRandom : public plugin::Random {
 public:
  explicit CountedRandom(const Stream& stream) : stream_(stream) {}
  void FillNormals(std::span<float> out) override;
  void FillWords(std::span<uint32_t> out) override;

 private:
  // The place of the first of `count` numbers.
  uint64_t Take(size_t count);

  const Stream stream_;
  uint64_t next_ = 0;
};

}  // namespace paceline
