// What this machine has, as far as it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace paceline {

struct DiskFacts {
  uint64_t free_bytes = 0;
  uint64_t total_bytes = 0;
};
// Of the file system where the folder is or would be made.
absl::StatusOr<DiskFacts> DiskOf(const std::string& folder);

struct DescriptorFacts {
  uint64_t soft = 0;
  uint64_t hard = 0;  // as far as a program may raise it
};
DescriptorFacts DescriptorsOfProcess();

struct MemoryFacts {
  uint64_t available_bytes = 0;  // 0: not known
  uint64_t total_bytes = 0;
};
MemoryFacts MemoryOfMachine();

struct GpuFacts {
  bool device = false;      // the kernel shows one
  std::string driver = {};  // its version; empty without a driver
  bool module = false;      // libpaceline_torch_cuda.so is beside the programs
};
GpuFacts GpuOfMachine(const std::string& program_folder);

// What `PROGRAM --version` prints.
struct ProgramFacts {
  std::string name;
  std::string text = {};   // empty if it did not run
  std::string error = {};  // what it said instead
};
// From the main thread.
ProgramFacts ProgramIn(const std::string& folder, const std::string& name);

}  // namespace paceline
