// Snapshots by name: which state of which block a file holds. All else on which the state's bits
// depend names the folder (worker/snapshot/snapshot_folder.h).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

struct SnapshotName {
  uint32_t block = 0;
  int64_t step = 0;         // outer step of the window that the state is to go on with, at least 1
  uint64_t theta_hash = 0;  // of θ_{step−1}, under which the state's last window ran

  bool operator==(const SnapshotName&) const = default;
};

// "block-3-step-120-theta-00000000c0ffee00.safetensors"
std::string FileName(const SnapshotName& name);
// Empty for what FileName does not give.
std::optional<SnapshotName> ParseFileName(std::string_view file);
// Whether a writer that was killed may have left it: FileName's text with an ending.
bool IsUnfinished(std::string_view file);

}  // namespace paceline
