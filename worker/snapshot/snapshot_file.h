// A snapshot as the bytes of its file: safetensors, with what it answers and a checksum among the
// metadata.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/safetensors/safetensors.h"
#include "worker/snapshot/snapshot_name.h"

namespace paceline {

// What the bits of a state depend on beside its name: the job's name on a line, then whatever the
// engine says (JobEngine::identity).
using SnapshotJob = std::string;

// `state` without metadata.
std::string SealSnapshot(TensorFile state, const SnapshotJob& job, const SnapshotName& name);
// The state in `bytes`, which outlive the view. DataLoss if they are damaged; FailedPrecondition if
// they are the state of something else.
absl::StatusOr<TensorFileView> OpenSnapshot(std::string_view bytes, const SnapshotJob& job,
                                            const SnapshotName& name);

}  // namespace paceline
