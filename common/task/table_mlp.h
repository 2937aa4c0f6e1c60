// table_mlp: an MLP on the rows of a table.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kTableMlpFamily;

}  // namespace paceline
