// Units of evaluations on this machine's processor, as the agent uses them.
#pragma once

#include <memory>

#include "worker/agent/unit_engine.h"
#include "worker/data/dataset.h"

namespace paceline {

// `data` may be shared with the engine of jobs.
std::shared_ptr<UnitEngine> LocalUnits(std::shared_ptr<DataStore> data);

}  // namespace paceline
