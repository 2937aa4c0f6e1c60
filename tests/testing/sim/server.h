// The coordinator of a simulated run: the real one, with its store and files, in as many lives as
// it takes. It dies at calls of the disk, between them, or because it wants to, and is started
// again a while later.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/testing/sim/rig.h"

namespace paceline {

class SimServer : public JobObserver {
 public:
  using Deliver = std::function<void(const SharedMessage&)>;
  // The versions that were asked for, or why there are none.
  using Fetched = std::function<void(const absl::StatusOr<std::vector<v1::Theta>>&)>;

  SimServer(SimRig& rig, std::string folder);
  ~SimServer() override;

  // Now, or as soon as it can.
  void Start();
  // It is there, and takes what it is sent.
  bool up() const { return coordinator_ != nullptr; }
  int lives() const { return lives_; }
  // Between two calls. By a power loss, or alone.
  void Kill(bool power_loss);
  void Stop();
  // Takes nothing for so long.
  void Stall(SteadyTime::duration time);

  // ---- for workers: what arrives on a stream of this life

  void Join(const std::shared_ptr<SimStream>& stream, const v1::Hello& hello, Deliver deliver);
  void Hear(uint64_t stream, const v1::WorkerMessage& message);
  void Fetch(const std::shared_ptr<SimStream>& stream, const v1::FetchThetaRequest& request,
             Fetched fetched);

  // ---- for people

  // Unavailable if it is not there, or dies of it.
  absl::Status Ask(const std::function<absl::Status(Coordinator&)>& question);
  // Whether all jobs of the plan have ended; as of the last tick.
  bool all_ended() const { return all_ended_; }
  void JobChanged(const std::string&) override { changed_ = true; }
  // Checks what is stored at the end.
  void CheckEnd();

  // Of the processor, for each answer, if the plan measures.
  const std::vector<std::chrono::nanoseconds>& answer_times() const { return answer_times_; }

 private:
  class Link;
  struct Session {
    WorkerId worker{};
    std::shared_ptr<SimStream> stream;
    Deliver deliver;
  };

  absl::Status TryStart();
  bool Survived();
  void Bury();
  void StartLater();
  void Tick(int life);
  void LookAtJobs();
  void CountRefusals(const std::string& job);
  void SendOn(const std::shared_ptr<SimStream>& stream, const Deliver& deliver,
              const SharedMessage& message);
  void Tell(const char* way, int worker, const google::protobuf::Message& message) const;
  void Show(const v1::Theta& theta);
  void Broken(uint64_t stream, const std::string& why);

  SimRig& rig_;
  SimRandom random_;
  const std::string folder_name_;
  int lives_ = 0;
  bool loses_power_ = false;      // when this life ends at a call
  uint64_t dies_at_message_ = 0;  // of this life; 0: at none
  uint64_t messages_ = 0;
  bool changed_ = false, all_ended_ = false;
  std::optional<DataFolder> folder_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Coordinator> coordinator_;
  std::map<uint64_t, Session> sessions_;  // by stream
  SteadyTime stalled_until_{};
  std::vector<std::chrono::nanoseconds> answer_times_;
};

}  // namespace paceline
