// A worker that keeps the rules of worker.proto, computes nothing and has no thread: one of a
// thousand in a process.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/estimator/episodes.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "paceline/v1/worker.grpc.pb.h"

namespace paceline {

// What many of them do together; called on gRPC's threads.
class FleetWatch {
 public:
  virtual ~FleetWatch() = default;
  virtual void Welcomed() = 0;
  virtual void Ended() = 0;
  virtual void TookTheta(const v1::Theta& theta) = 0;
  // Is about to answer; true: a question is to follow the answer.
  virtual bool TookRun(const v1::RunWindows& run) = 0;
  // So long after an answer was sent, the coordinator had answered what was asked behind it.
  virtual void Heard(std::chrono::nanoseconds after) = 0;
};

class SimulatedWorker final
    : private grpc::ClientBidiReactor<v1::WorkerMessage, v1::CoordinatorMessage> {
 public:
  struct Options {
    std::string name;
    // How long it takes to answer, and how long it takes nothing more from the connection when it
    // has answered, or been told of a job.
    std::chrono::milliseconds compute{0}, pause{0};
    // It is to be woken after so long. False: it is not; all is over.
    std::function<bool(SimulatedWorker&, std::chrono::milliseconds)> rests = {};
  };
  // `watch` outlives it.
  SimulatedWorker(std::shared_ptr<grpc::Channel> channel, Options options, FleetWatch& watch);
  // The stream has ended by then, or the destructor ends it and waits.
  ~SimulatedWorker() override;

  // Once after each call of `rests` that said true.
  void Wake();
  // If nothing was sent since the last call.
  void Beat();
  // Ends the stream without a word.
  void Cancel() { context_.TryCancel(); }

 private:
  class Question;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void Say(v1::WorkerMessage message);
  void Answer(const v1::RunWindows& run);
  void Take();
  // Answers what it was computing, if anything, and reads on.
  void GoOn();
  bool Rests(std::chrono::milliseconds time);
  void ReadOn(bool after_a_pause = false);

  const Options options_;
  FleetWatch& watch_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  grpc::ClientContext context_;

  // gRPC calls one reader after the other, on whichever thread.
  std::mutex turn_;
  v1::CoordinatorMessage said_;                  // guarded by turn_, as these
  std::shared_ptr<const v1::JobConfig> config_;  // of the newest job
  std::map<uint32_t, EpisodeCursor> blocks_;
  std::optional<v1::RunWindows> computing_;

  std::mutex mutex_;
  std::condition_variable done_;
  std::deque<v1::WorkerMessage> to_say_;  // guarded by mutex_; the first is being written
  bool over_ = false;                     // guarded by mutex_; nothing more can be said
  bool spoke_ = false;                    // guarded by mutex_; since the last beat
  int open_calls_ = 1;                    // guarded by mutex_
};

}  // namespace paceline
