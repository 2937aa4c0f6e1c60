// The ways to all workers, and what goes over them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/roster/outgoing.h"
#include "coordinator/roster/roster.h"
#include "coordinator/roster/token_bucket.h"

namespace paceline {

// The way to one worker.
class WorkerLink {
 public:
  virtual ~WorkerLink() = default;
  // Queues the message; never blocks.
  virtual void Send(SharedMessage message) = 0;
  // Ends the connection. The worker may come back.
  virtual void Close(const std::string& reason) = 0;
};

// Not thread-safe.
class WorkerLinks {
 public:
  // A worker that has sent so many messages of no use at once (each is forgotten after a while) is
  // to be cut off.
  static constexpr BucketSize kUselessMessages{.most = 1000, .per_second = 10};

  // `clock` outlives the object.
  explicit WorkerLinks(const Clock& clock) : clock_(clock) {}

  void Add(WorkerId worker, std::shared_ptr<WorkerLink> link);
  // The link, which still works.
  std::shared_ptr<WorkerLink> Remove(WorkerId worker);

  // Messages to workers that are not here are dropped.
  void Send(const std::vector<Outgoing>& messages) const;
  // To everyone, once in kHeartbeatInterval.
  void SendHeartbeats();

  // False: the worker has sent too many messages of no use.
  bool TakeUseless(WorkerId worker);

  // Inner steps that a worker's answers to this outer step took, both signs.
  void AddInnerSteps(WorkerId worker, uint64_t steps);
  // After so many seconds: what was added is the step's, per second. 0 s: of no use.
  void EndStep(double seconds);
  double inner_steps_per_second(WorkerId worker) const;

 private:
  struct Line {
    std::shared_ptr<WorkerLink> link;
    uint64_t inner_steps = 0;
    double inner_steps_per_second = 0;
    TokenBucket useless{kUselessMessages};
  };

  const Clock& clock_;
  std::map<WorkerId, Line> lines_;
  SteadyTime heartbeat_sent_{};
};

}  // namespace paceline
