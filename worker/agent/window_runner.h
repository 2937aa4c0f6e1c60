// Answers one WindowRequest on the state that a worker holds.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/trace/tracer.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/block_keeper.h"
#include "worker/agent/held_job.h"
#include "worker/agent/work_queue.h"

namespace paceline {

struct WindowPorts {
  const FetchThetas& fetch;
  const std::function<bool()>& stopping;
  const Clock& clock;
  Tracer& tracer = Tracer::Off();
  BlockKeeper* snapshots = nullptr;  // null: there are none
  // Of the versions of θ that are fetched and in memory at a time, or of one if it is larger.
  size_t theta_bytes = size_t{64} << 20;
};

// A block that is not at the request's step is re-made first: its windows are run again from where
// its state is good, from a snapshot, or from its episode's first one. Cancelled if `stopping`
// turns true, the block is released or the job ends between two windows; FailedPrecondition if θ is
// not the one that the request names; OutOfRange for a block that the job does not have; else
// errors of the engine and of `fetch`. The answer says how long its window took by `clock`.
absl::StatusOr<v1::WindowResult> AnswerWindow(const WindowRequest& request, HeldJob& job,
                                              const WindowPorts& ports);

}  // namespace paceline
