// mlp_mixer: MLPs over the patches of images and over their channels in turn.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kMlpMixerFamily;

}  // namespace paceline
