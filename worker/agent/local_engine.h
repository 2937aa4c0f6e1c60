// The engine on this machine, as the agent uses it.
#pragma once

#include <memory>

#include "worker/agent/block_engine.h"
#include "worker/cuda/device.h"
#include "worker/data/dataset.h"

namespace paceline {

// Jobs read `data`, shared by all, and compute on `device` (null: the processor). InvalidArgument
// lists the faults of a config that is not valid; other errors as JobContext::Create.
JobEngineFactory LocalEngine(std::shared_ptr<DataStore> data,
                             std::shared_ptr<const cuda::Device> device = nullptr);

}  // namespace paceline
