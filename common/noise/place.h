// From a stream's name to the words that Philox wants.
#pragma once

#include "common/noise/philox.h"
#include "common/noise/streams.h"

namespace paceline {

PACELINE_LANE PhiloxPlace PlaceOf(const Stream& stream) {
  return {
      {static_cast<uint32_t>(stream.key), static_cast<uint32_t>(stream.key >> 32)},
      {stream.step, stream.episode, stream.particle << 8 | static_cast<uint32_t>(stream.purpose)}};
}

}  // namespace paceline
