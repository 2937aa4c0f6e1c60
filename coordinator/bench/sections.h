// The parts of an outer step that are the coordinator's, measured: rows as those of paceline-bench.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

using TakeRow = std::function<void(nlohmann::ordered_json)>;

// A small call and one that carries θ, over loopback gRPC.
absl::Status RunRpcSection(const TakeRow& take);
// What the coordinator itself spends on an answer, with 20, 400 and 1,000 workers, without a
// network.
absl::Status RunAnswersSection(const TakeRow& take);
// CommitStep of the SQLite store in a new folder of $TMPDIR, a step after the other: durable when
// it returns.
absl::Status RunStoreSection(const TakeRow& take);

// A thousand simulated workers over loopback gRPC on a coordinator process, and two real ones,
// outer steps of 4,096 particles; then 200 that are sent a θ of VeLO's size.
absl::Status RunClusterSection(const std::string& program_folder, const TakeRow& take);

struct SystemOptions {
  std::string program_folder;
  int threads = 1;  // of the one worker process
  uint32_t particles = 64;
  uint32_t window = 50;
  uint32_t steps = 60;  // outer steps, the first ten of which are not counted
};
// Outer steps of mlp:64-32-10 with adafac_mlp through `paceline local`: coordinator, gRPC, one
// worker process.
absl::Status RunSystemSection(const SystemOptions& options, const TakeRow& take);

}  // namespace paceline
