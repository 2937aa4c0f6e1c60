// The person of a simulated run, who submits its jobs, pauses one now and then and lets it go on,
// and asks again where no answer came.
#pragma once

#include <string>

#include "tests/testing/sim/rig.h"
#include "tests/testing/sim/server.h"

namespace paceline {

class SimClient {
 public:
  // Both outlive the timeline's events.
  SimClient(SimRig& rig, SimServer& server)
      : rig_(rig), server_(server), random_(rig.random.Fork()) {}

  void Submit(const v1::JobConfig& config);
  // Now; and resumes it later.
  void Pause(const std::string& job);

 private:
  using Question = std::function<absl::Status(Coordinator&)>;
  // Until it is answered: then `done`.
  void Insist(Question question, std::function<void(const absl::Status&)> done);
  void Resume(const std::string& job);
  void ExpectPaused(const std::string& job);

  SimRig& rig_;
  SimServer& server_;
  SimRandom random_;
  bool pausing_ = false;
};

}  // namespace paceline
