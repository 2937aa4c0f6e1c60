// What one run of a network is given in one step, in host memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/network/network.h"
#include "common/noise/streams.h"

namespace paceline {

// One input's rows: floats, or tokens and labels.
struct HostArray {
  std::vector<float> floats = {};
  std::vector<int32_t> tokens = {};
};

struct NetworkInputs {
  std::vector<HostArray> arrays = {};  // [input]
  std::vector<float> draws = {};       // of the step, one draw after the other
  std::vector<float> episode = {};     // draws of the episode, then a number for each choice: which
                                       // of its options, or a uniform number itself
};

// Of one step; stream.step names it. out: [Network::draw_floats].
void FillDraws(const Network& network, const Stream& stream, std::span<float> out);
// Of one episode. out: [Network::episode_floats].
void FillEpisode(const Network& network, const Stream& stream, std::span<float> out);

// The option that the episode drew.
int ChosenOption(const Network& network, std::span<const float> episode, int choice);
// The number that it drew from a range.
float ChosenNumber(const Network& network, std::span<const float> episode, int choice);

// Where draw number `draw` begins.
int64_t DrawOffset(const std::vector<NetworkDraw>& draws, int draw);

}  // namespace paceline
