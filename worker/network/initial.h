// A network's weights at the beginning of an episode.
#pragma once

#include <span>

#include "common/network/network.h"
#include "common/noise/streams.h"

namespace paceline {

// stream.step is not used: tensor t is drawn at step t. episode: as NetworkInputs. parameters:
// [parameter].
void FillInitial(const Network& network, const Stream& stream, std::span<const float> episode,
                 std::span<float> parameters);

// Orthonormal columns (rows, if there are fewer of them) times `scale`: those of normal numbers by
// modified Gram–Schmidt in double. out: [rows, columns].
void FillOrthogonal(const Stream& stream, int64_t rows, int64_t columns, double scale,
                    std::span<float> out);

}  // namespace paceline
