// The engine on this machine, as the agent uses it.
#pragma once

#include <memory>

#include "worker/agent/block_engine.h"
#include "worker/cuda/device.h"
#include "worker/data/dataset.h"

namespace paceline {

struct LocalEngineOptions {
  std::shared_ptr<const cuda::Device> device = nullptr;  // null: the processor
  uint64_t memory = 0;                                   // bytes that may be used; 0: no limit
  int threads = 1;
};

// Jobs read `data`, shared by all. InvalidArgument lists the faults of a config that is not valid;
// ResourceExhausted names the largest block that would fit; other errors as JobContext::Create.
// What a job takes is logged.
JobEngineFactory LocalEngine(std::shared_ptr<DataStore> data,
                             const LocalEngineOptions& options = {});

}  // namespace paceline
