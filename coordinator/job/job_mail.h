// What one job says to its workers: who has been told what, and the messages that wait to be sent.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/job/theta_history.h"
#include "coordinator/roster/outgoing.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

struct Traffic {
  uint64_t messages = 0;
  uint64_t bytes = 0;
};

// Not thread-safe.
class JobMail {
 public:
  // Both outlive the object; `history` ends with the θ that is asked for.
  JobMail(std::string job, const v1::JobConfig& config, const ThetaHistory& history)
      : job_(std::move(job)), config_(config), history_(history) {}

  // For the blocks' windows of the outer step whose θ has that hash, after the job and the newest θ
  // if the worker has not had them. (It fetches an older θ that it lacks.)
  void Ask(WorkerId worker, uint64_t epoch, int64_t step, uint64_t theta_hash,
           const std::vector<uint32_t>& blocks);
  // Nothing to a worker that knows nothing of the job, here and below.
  void Release(WorkerId worker, const std::vector<uint32_t>& blocks);
  void End(WorkerId worker, const std::string& why);
  // `why` is empty if the job is over.
  void EndAll(const std::string& why);
  // It is gone.
  void Forget(WorkerId worker) { known_.erase(worker); }
  bool IsKnownTo(WorkerId worker) const { return known_.contains(worker); }

  // Of what is asked from now on; empty: nobody traces.
  void set_traceparent(std::string traceparent) { traceparent_ = std::move(traceparent); }

  // What has come up since the last call.
  std::vector<Outgoing> Take() { return std::exchange(out_, {}); }

  void CountIncoming(const v1::WorkerMessage& message);
  // Both ways, since the last call.
  Traffic TakeTraffic() { return std::exchange(traffic_, {}); }

 private:
  void Prepare(WorkerId worker);
  void Push(WorkerId to, SharedMessage message);

  const std::string job_;
  const v1::JobConfig& config_;
  const ThetaHistory& history_;
  std::map<WorkerId, int64_t> known_;  // the newest θ that each was sent, by its step
  std::string traceparent_;
  std::vector<Outgoing> out_;
  Traffic traffic_;
};

}  // namespace paceline
