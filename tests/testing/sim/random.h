// The seed's numbers: the same on every machine and library.
#pragma once

#include <chrono>
#include <cstdint>

namespace paceline {

// splitmix64 (G. Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014).
class SimRandom {
 public:
  explicit SimRandom(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t x = state_ += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  // In [0, bound).
  uint64_t Below(uint64_t bound) { return Next() % bound; }
  bool Chance(double share) { return static_cast<double>(Next() >> 11) * 0x1p-53 < share; }
  std::chrono::milliseconds Between(std::chrono::milliseconds least,
                                    std::chrono::milliseconds most) {
    return least +
           std::chrono::milliseconds(Below(static_cast<uint64_t>((most - least).count()) + 1));
  }
  // Another sequence, so that what one part draws does not move the others.
  SimRandom Fork() { return SimRandom(Next()); }

 private:
  uint64_t state_;
};

}  // namespace paceline
