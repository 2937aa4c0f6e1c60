// Philox4x32-10 over a lane type. (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011; constants of Table 2 and section 3.3.)
#pragma once

#include <cstdint>

#include "common/lane/scalar.h"

namespace paceline {

// A stream without its block number: the key and the counter's words 1 to 3.
struct PhiloxPlace {
  uint32_t key[2];
  uint32_t words[3];
};

// Four lanes of words: lane l of words j is word j of the block that lane l counts.
template <class V>
struct PhiloxBlock {
  typename V::U words[4];
};

// The blocks whose counters are { block, place.words }, a block number per lane.
template <class V>
PACELINE_LANE PhiloxBlock<V> Philox(const PhiloxPlace& place, typename V::U block) {
  using U = typename V::U;
  const U multiplier0 = U::Set(0xD2511F53u), multiplier1 = U::Set(0xCD9E8D57u);
  U c0 = block, c1 = U::Set(place.words[0]), c2 = U::Set(place.words[1]),
    c3 = U::Set(place.words[2]);
  uint32_t key0 = place.key[0], key1 = place.key[1];
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const U high0 = MulHigh(c0, multiplier0), low0 = c0 * multiplier0;
    const U high1 = MulHigh(c2, multiplier1), low1 = c2 * multiplier1;
    c0 = high1 ^ c1 ^ U::Set(key0);
    c1 = low1;
    c2 = high0 ^ c3 ^ U::Set(key1);
    c3 = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

}  // namespace paceline
