// graph_net: softmax classification of random graphs, or of their nodes, by a graph network.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kGraphNetFamily;

}  // namespace paceline
