// resnet: a residual convolutional network with batch norm on images.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kResnetFamily;

}  // namespace paceline
