// A worker of a simulated run. It keeps the rules of worker.proto and sees to it that the
// coordinator does; what it computes depends on every bit of every θ since its blocks' episodes
// began. It may be slow, hang, be stopped and go on, die, leave, come back, say things twice, and
// lie.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/testing/sim/answers.h"
#include "tests/testing/sim/rig.h"
#include "tests/testing/sim/server.h"

namespace paceline {

class SimWorker {
 public:
  static constexpr SteadyTime kForEver{SteadyTime::duration::max()};

  // Both outlive the timeline's events.
  SimWorker(SimRig& rig, SimServer& server, int number, const SimWorkerTraits& traits);

  // It begins, or begins again with nothing.
  void Begin();
  bool alive() const { return alive_; }
  bool lies() const { return traits_.lies; }
  // Silently: as a machine without power.
  void Die(bool silently);
  void Leave();
  // It does nothing at all (SIGSTOP).
  void StopUntil(SteadyTime time);
  // It does not answer.
  void HangUntil(SteadyTime time);
  void EndHang();

 private:
  struct Question {
    v1::RunWindows run;
    uint32_t block = 0;
    uint64_t session = 0, life = 0;
  };
  struct Job {
    v1::JobConfig config;
    std::map<uint32_t, SimBlock> blocks;
    std::map<int64_t, uint64_t> thetas;  // of this session: step → hash
    bool announced = false;              // in this session
  };
  struct Computed {
    Question question;
    SimBlock block;                // as it was before
    int64_t first = 0;             // step of the first window to run
    std::vector<uint64_t> hashes;  // of θ, from there on
  };

  // ---- the connection
  void Connect();
  void ConnectLater();
  void BeginSession();
  void Broken(uint64_t session);
  void Beat(uint64_t session);
  void Say(const v1::WorkerMessage& message);
  // ---- what comes
  void Take(uint64_t session, const SharedMessage& message);
  void TakeJob(const v1::JobAnnouncement& announcement);
  void TakeTheta(const v1::Theta& theta);
  void TakeRun(const v1::RunWindows& run);
  void TakeRelease(const v1::ReleaseBlocks& release);
  void EndJob(const std::string& job);
  // ---- work
  void Work();
  void Prepare(const Question& question);
  void Fetch(Computed computed);
  void Compute(Computed computed);
  void Finish(const Computed& computed);
  void Answer(const Question& question, const v1::WindowResult& result);
  void Fail(const Question& question, const std::string& why);
  void Lie(const Question& question, v1::WindowResult result);

  SimRig& rig_;
  SimServer& server_;
  const int number_;
  const SimWorkerTraits traits_;
  SimRandom random_;
  bool alive_ = false;
  uint64_t life_ = 0, session_ = 0;
  std::shared_ptr<SimStream> stream_;
  SteadyTime heard_{}, stopped_until_{}, hung_until_{};
  bool welcomed_ = false;
  std::chrono::milliseconds heartbeat_{1000};
  std::map<std::string, Job> jobs_;
  std::deque<Question> questions_;
  std::set<std::pair<int64_t, uint32_t>> asked_;  // step, block: in this session
  uint32_t busy_ = 0;
  uint32_t fetching_ = 0;  // of these; given up with the session
  std::vector<Computed> hung_;
};

}  // namespace paceline
