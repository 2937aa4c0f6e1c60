// vit: a transformer over the patches of images.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kVitFamily;

}  // namespace paceline
