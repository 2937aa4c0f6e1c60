// Standard normals from random words, of IEEE operations only. (G. Box, M. Muller, "A note on the
// generation of random normal deviates", 1958.)
//
// Words 0 and 1 of a Philox block give normals 0 and 1, words 2 and 3 give normals 2 and 3; so
// normal 4k + j of a stream comes from its block k. The largest is √(2·33·ln 2) = 6.76.
#pragma once

#include <cstdint>

#include "common/lane/math.h"

namespace paceline {

template <class V>
struct NormalPair {
  V first, second;
};

// √(−2 ln u) with u = (word + ½)·2^−32, in (0, 1].
template <class V>
PACELINE_LANE V NormalRadius(typename V::U word) {
  using U = typename V::U;
  const V high = FromInt(lane::ShiftRight<16>(word)), low = FromInt(word & U::Set(0xffffu));
  const V number = Fma(high, V::Set(65536.0f), low);
  const V u = Fma(number, V::Set(0x1p-32f), V::Set(0x1p-33f));
  return Sqrt(Max(V::Set(-2.0f) * lane::Log(u), V::Set(0.0f)));
}

// radius · (cos φ, sin φ): the two highest bits of `word` choose φ's quadrant, the next 24 its
// place in [−π/4, π/4] around the quadrant's axis.
template <class V>
PACELINE_LANE NormalPair<V> NormalRotate(V radius, typename V::U word) {
  using U = typename V::U;
  const U place = lane::ShiftRight<6>(word) & U::Set(0x00ffffffu);
  const V centred = FromInt(place - U::Set(0x00800000u)) + V::Set(0.5f);
  const V angle = centred * V::Set(1.57079632679489662f * 0x1p-24f);
  const U cosine = Bits(lane::CosReduced(angle) * radius);
  const U sine = Bits(lane::SinReduced(angle) * radius);
  // Odd quadrants swap the two; the signs follow from the quadrant's bits.
  const U odd = U::Set(0) - (lane::ShiftRight<30>(word) & U::Set(1));
  const U swap = (cosine ^ sine) & odd;
  const U sign = U::Set(0x80000000u);
  const U first_sign = (word ^ lane::ShiftLeft<1>(word)) & sign;
  return {FromBits(cosine ^ swap ^ first_sign), FromBits(sine ^ swap ^ (word & sign))};
}

template <class V>
PACELINE_LANE NormalPair<V> Normals(typename V::U radius_word, typename V::U angle_word) {
  return NormalRotate<V>(NormalRadius<V>(radius_word), angle_word);
}

}  // namespace paceline
