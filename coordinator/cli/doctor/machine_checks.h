// Whether this machine has what a coordinator or a worker needs.
#pragma once

#include "coordinator/cli/doctor/finding.h"
#include "coordinator/cli/doctor/machine_facts.h"

namespace paceline {

Finding CheckDisk(const std::string& folder, const absl::StatusOr<DiskFacts>& disk);
Finding CheckDescriptors(const DescriptorFacts& descriptors);
Finding CheckMemory(const MemoryFacts& memory);
Finding CheckGpu(const GpuFacts& gpu);

}  // namespace paceline
