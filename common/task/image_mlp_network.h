// image_mlp where it is more than dense layers: norms, dropout, squared error, drawn settings.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

// Is it all that worker/kernels computes: dense layers of a fixed activation, softmax
// cross-entropy?
bool IsPlainMlp(const v1::ImageMlp& task);

extern const NetworkFamily kImageMlpFamily;

}  // namespace paceline
