// Limits on the meta-gradient.
#pragma once

#include <span>

#include "paceline/v1/clip.pb.h"

namespace paceline {

// Euclidean norm, summed in order in double.
double Norm(std::span<const float> values);

// Clips in place: each element to ± element, or the whole scaled down to global_norm; nothing if
// the config names neither. `gradient` is finite.
void ClipGradient(const v1::Clip& config, std::span<float> gradient);

}  // namespace paceline
