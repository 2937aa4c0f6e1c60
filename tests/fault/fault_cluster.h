// A coordinator whose disk fails or which is killed, on a data folder of its own each time, and one
// worker that outlives them all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "paceline/v1/job.grpc.pb.h"
#include "tests/testing/process.h"

namespace paceline {

using Environment = std::map<std::string, std::string>;

class FaultCluster {
 public:
  // A job of quadratics with so many outer steps, a checkpoint every third.
  explicit FaultCluster(int steps);

  // The next coordinator starts with nothing.
  void NewFolder();
  const std::string& data() const { return data_; }
  // Of disk_faults.cc, for this folder: what goes wrong.
  Environment Fault(const std::string& fault) const;

  // Whether it came to listen; it may have ended. `wrapper`: a shell command that the program and
  // its arguments are given to.
  bool StartCoordinator(const Environment& environment = {}, const std::string& wrapper = "");
  Process& coordinator() { return *coordinator_; }
  // Beside the one that is there since a coordinator first listened.
  std::unique_ptr<Process> AnotherWorker() const;
  // The newest outer step that the coordinator's log says is done: it was durable then.
  int64_t Acknowledged();

  // Submits the job (the same one again, if it was) and follows it until it ends, outer step `step`
  // is done, or the coordinator is gone. The last that was heard of it.
  v1::JobSummary Run(int64_t step = 1'000'000);
  // What the coordinator answers first.
  int64_t first_step() const { return first_step_; }
  // Digest of θ; "" if nobody answers.
  std::string Digest();
  // Digest of θ of a job that nothing disturbs, in a folder that is left for NewFolder; and how
  // many writes, syncs, renames and the like it took.
  std::string Undisturbed(int* calls);

 private:
  std::unique_ptr<v1::JobService::Stub> Stub() const;

  const v1::JobConfig config_;
  TemporaryFolder folder_;
  int folders_ = 0;
  int64_t first_step_ = 0;
  std::string data_;
  std::string address_ = "127.0.0.1:0";  // the same for all, once one has listened
  std::unique_ptr<Process> coordinator_;
  std::unique_ptr<Process> worker_;
};

}  // namespace paceline
