// The engine on this machine's CPU, as the agent uses it.
#pragma once

#include <memory>

#include "worker/agent/block_engine.h"
#include "worker/data/dataset.h"

namespace paceline {

// Jobs read `data`, shared by all. InvalidArgument lists the faults of a config that is not valid;
// other errors as JobContext::Create.
JobEngineFactory LocalEngine(std::shared_ptr<DataStore> data);

}  // namespace paceline
