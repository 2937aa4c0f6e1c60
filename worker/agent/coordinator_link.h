// The worker's connection to its coordinator: one stream at a time, opened anew for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/rpc/tls_flags.h"
#include "common/trace/tracer.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "paceline/v1/worker.grpc.pb.h"
#include "worker/agent/agent.h"
#include "worker/agent/agent_numbers.h"
#include "worker/agent/outbox.h"

namespace paceline {

struct LinkOptions {
  // Of the channel, to tell people what is wrong with it.
  std::string address;
  TlsFlags tls;
  v1::Hello hello;
  // Least time between two attempts to connect.
  std::chrono::milliseconds retry{100};
  // The same where the coordinator does not take the worker's certificate or token.
  std::chrono::milliseconds refused_retry{3000};
  // Asked before each attempt but the first: another channel if certificates or a token have been
  // replaced, else null. May be empty.
  std::function<std::shared_ptr<grpc::Channel>()> reopen = {};
  // Of a request for versions of θ.
  std::chrono::milliseconds fetch_deadline{60'000};
  // How long the coordinator may take to end the stream after Leaving.
  std::chrono::milliseconds leave_timeout{3000};
  // What Heartbeats tell of this process's memory; empty: nothing.
  std::function<uint64_t()> resident_bytes = {};
};

// Outlives the agent that it serves. Thread-safe but for Run.
class CoordinatorLink {
 public:
  // `clock` and `tracer` outlive the link.
  CoordinatorLink(std::shared_ptr<grpc::Channel> channel, LinkOptions options,
                  const Clock& clock = Clock::Real(), Tracer& tracer = Tracer::Off());

  // Serves the agent until Drain is done (OK) or given up (DeadlineExceeded: the agent is yet at
  // work), or until the coordinator dismisses the worker (FailedPrecondition with its reason). A
  // coordinator that is away is waited for.
  absl::Status Run(Agent& agent);
  // Finishes the windows in progress, sends their results, saves all blocks, leaves; Run returns
  // then. Returns at once.
  void Drain();
  // After Drain: leaves now; what is not finished is for others.
  void GiveUp();

  // The agent's way out (AgentPort).
  void Send(v1::WorkerMessage message) {
    outbox_.Push(std::move(message), tracer_.StartPart("send", SpanKind::kProducer));
  }
  LinkNumbers Numbers();

  // Those that came in time, from the first on.
  absl::StatusOr<std::vector<ThetaPtr>> Fetch(const std::string& job, int64_t first, int64_t last);

 private:
  using Stream = grpc::ClientReaderWriter<v1::WorkerMessage, v1::CoordinatorMessage>;
  struct SessionEnd {
    grpc::Status status;
    bool welcomed = false;
    bool dismissed = false;
    bool over = false;  // the other side has ended it
    std::string reason;
  };

  SessionEnd RunSession(Agent& agent);
  // False if the stream ended, was refused, or the worker drains before it was welcomed.
  bool ShakeHands(Stream& stream, SessionEnd& end, std::chrono::milliseconds& heartbeat);
  // The protocol that it is welcomed with; if not, the session ends for good.
  bool Understands(const v1::Welcome& welcome, SessionEnd& end) const;
  void ReadLoop(Stream& stream, Agent& agent, SessionEnd& end);
  void WriteLoop(Stream& stream, std::chrono::milliseconds heartbeat);
  v1::WorkerMessage Heartbeat() const;
  // The coordinator has said something.
  void Hear();
  // Gives the channel some time to connect; false if draining.
  bool WaitBeforeRetry(const SessionEnd& end);
  void Reopen();
  std::shared_ptr<v1::WorkerService::Stub> stub();
  void Report(const SessionEnd& end);
  void NoteTrouble(const std::string& trouble);

  std::shared_ptr<grpc::Channel> channel_;  // of Run alone
  const LinkOptions options_;
  const Clock& clock_;
  Tracer& tracer_;
  Outbox outbox_;
  // Of Run alone.
  std::string last_report_;
  SteadyTime last_report_time_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<v1::WorkerService::Stub> stub_;  // guarded by mutex_
  Agent* agent_ = nullptr;                         // guarded by mutex_
  grpc::ClientContext* context_ = nullptr;         // guarded by mutex_; of the open stream
  bool welcomed_ = false;                          // guarded by mutex_
  bool stream_over_ = true;                        // guarded by mutex_
  bool draining_ = false;                          // guarded by mutex_
  uint64_t joins_ = 0;                             // guarded by mutex_
  std::optional<SteadyTime> heard_;                // guarded by mutex_; when
  SteadyTime turned_;                              // guarded by mutex_; LinkNumbers::turned_ago
  std::string trouble_;                            // guarded by mutex_
};

}  // namespace paceline
