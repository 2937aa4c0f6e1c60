#include "worker/agent/coordinator_link.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/diagnosis.h"
#include "common/rpc/status.h"
#include "common/rpc/trace_metadata.h"
#include "spdlog/spdlog.h"
#include "worker/agent/theta_message.h"

namespace paceline {
namespace {

constexpr std::chrono::milliseconds kDefaultHeartbeat{1000};
constexpr std::chrono::seconds kReportAgain{30};
// A Drain waits for it at most this long.
constexpr std::chrono::milliseconds kConnectSlice{300};
// A worker that has always something to say tells this often what its heartbeats tell.
constexpr std::chrono::seconds kBeatAtLeast{10};

v1::WorkerMessage LeavingMessage(const char* reason) {
  v1::WorkerMessage message;
  message.mutable_leaving()->set_reason(reason);
  return message;
}

}  // namespace

CoordinatorLink::CoordinatorLink(std::shared_ptr<grpc::Channel> channel, LinkOptions options,
                                 const Clock& clock, Tracer& tracer)
    : channel_(std::move(channel)),
      options_(std::move(options)),
      clock_(clock),
      tracer_(tracer),
      stub_(v1::WorkerService::NewStub(channel_)),
      turned_(clock.Now()) {}

absl::Status CoordinatorLink::Run(Agent& agent) {
  {
    std::lock_guard lock(mutex_);
    agent_ = &agent;
    if (draining_) agent.Drain([] {});
  }
  SessionEnd end;
  do {
    end = RunSession(agent);
    if (!end.dismissed) Report(end);
  } while (!end.dismissed && WaitBeforeRetry(end));
  const bool finished = end.dismissed || agent.WaitDrained();
  std::lock_guard lock(mutex_);
  agent_ = nullptr;
  if (end.dismissed) return absl::FailedPreconditionError(end.reason);
  if (!finished) return absl::DeadlineExceededError("windows are in progress yet");
  return absl::OkStatus();
}

void CoordinatorLink::Drain() {
  std::lock_guard lock(mutex_);
  if (draining_) return;
  draining_ = true;
  changed_.notify_all();
  if (context_ != nullptr && !welcomed_) context_->TryCancel();
  // Under the lock, so that Run does not return, and the agent is not gone, meanwhile.
  if (agent_ == nullptr) return;
  agent_->Drain([this] { outbox_.PushLast(LeavingMessage("told to stop")); });
}

void CoordinatorLink::GiveUp() {
  std::lock_guard lock(mutex_);
  if (agent_ == nullptr) return;
  outbox_.PushLast(LeavingMessage("told to stop, and its grace time is over"));
  agent_->Abandon();
}

bool CoordinatorLink::WaitBeforeRetry(const SessionEnd& end) {
  const bool refused = end.status.error_code() == grpc::UNAUTHENTICATED ||
                       end.status.error_code() == grpc::PERMISSION_DENIED;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, refused ? options_.refused_retry : options_.retry,
                    [this] { return draining_; });
  if (draining_) return false;
  lock.unlock();
  Reopen();
  // gRPC's own pauses would come on top of ours, and it connects only while somebody waits in it.
  grpc::experimental::ChannelResetConnectionBackoff(channel_.get());
  channel_->WaitForConnected(std::chrono::system_clock::now() + kConnectSlice);
  lock.lock();
  return !draining_;
}

void CoordinatorLink::Reopen() {
  if (!options_.reopen) return;
  auto channel = options_.reopen();
  if (!channel) return;
  channel_ = std::move(channel);
  std::lock_guard lock(mutex_);
  stub_ = v1::WorkerService::NewStub(channel_);
}

std::shared_ptr<v1::WorkerService::Stub> CoordinatorLink::stub() {
  std::lock_guard lock(mutex_);
  return stub_;
}

CoordinatorLink::SessionEnd CoordinatorLink::RunSession(Agent& agent) {
  SessionEnd end;
  grpc::ClientContext context;
  {
    std::lock_guard lock(mutex_);
    if (draining_) return end;
    context_ = &context;
    welcomed_ = false;
    stream_over_ = false;
    turned_ = clock_.Now();
  }
  const std::unique_ptr<Stream> stream = stub()->Work(&context);
  std::chrono::milliseconds heartbeat = kDefaultHeartbeat;
  if (ShakeHands(*stream, end, heartbeat)) {
    agent.BeginSession();
    std::jthread writer([&] { WriteLoop(*stream, heartbeat); });
    ReadLoop(*stream, agent, end);
  } else if (!end.over) {
    context.TryCancel();
  }
  end.status = stream->Finish();
  std::lock_guard lock(mutex_);
  context_ = nullptr;
  return end;
}

// A coordinator that names none speaks the worker's newest.
bool CoordinatorLink::Understands(const v1::Welcome& welcome, SessionEnd& end) const {
  const uint32_t spoken = welcome.protocol() > 0 ? welcome.protocol() : options_.hello.protocol();
  if (spoken >= options_.hello.oldest_protocol() && spoken <= options_.hello.protocol()) {
    return true;
  }
  end.dismissed = true;
  end.reason = absl::StrCat("the coordinator at ", options_.address, " speaks protocol ", spoken,
                            " with this worker, which speaks ", options_.hello.oldest_protocol(),
                            " to ", options_.hello.protocol());
  return false;
}

bool CoordinatorLink::ShakeHands(Stream& stream, SessionEnd& end,
                                 std::chrono::milliseconds& heartbeat) {
  v1::WorkerMessage hello;
  *hello.mutable_hello() = options_.hello;
  v1::CoordinatorMessage first;
  end.over = !stream.Write(hello) || !stream.Read(&first);
  if (end.over) return false;
  end.dismissed = first.has_dismiss();
  if (end.dismissed) end.reason = first.dismiss().reason();
  if (!first.has_welcome() || !Understands(first.welcome(), end)) return false;
  if (first.welcome().heartbeat_ms() > 0) {
    heartbeat = std::chrono::milliseconds(first.welcome().heartbeat_ms());
  }
  {
    std::lock_guard lock(mutex_);
    if (draining_) return false;
    welcomed_ = true;
    ++joins_;
    heard_ = clock_.Now();
    trouble_.clear();
    // Under the lock, so that a Drain either sees no welcome or finds the outbox open.
    outbox_.Open();
  }
  end.welcomed = true;
  last_report_.clear();
  spdlog::info("joined the coordinator at {} as worker {}", options_.address,
               first.welcome().worker_id());
  return true;
}

void CoordinatorLink::ReadLoop(Stream& stream, Agent& agent, SessionEnd& end) {
  v1::CoordinatorMessage message;
  while (!end.dismissed && stream.Read(&message)) {
    Hear();
    if (message.has_dismiss()) {
      end.dismissed = true;
      end.reason = message.dismiss().reason();
    } else if (!message.has_heartbeat() && !message.has_welcome()) {
      const absl::Status status = agent.Handle(message);
      if (!status.ok()) spdlog::error("from the coordinator: {}", std::string(status.message()));
    }
  }
  outbox_.Close();
  std::lock_guard lock(mutex_);
  stream_over_ = true;
  if (end.dismissed) context_->TryCancel();
  changed_.notify_all();
}

void CoordinatorLink::Hear() {
  std::lock_guard lock(mutex_);
  heard_ = clock_.Now();
  turned_ = *heard_;
}

v1::WorkerMessage CoordinatorLink::Heartbeat() const {
  v1::WorkerMessage message;
  message.mutable_heartbeat();
  if (options_.resident_bytes) {
    message.mutable_heartbeat()->set_resident_bytes(options_.resident_bytes());
  }
  return message;
}

void CoordinatorLink::WriteLoop(Stream& stream, std::chrono::milliseconds heartbeat) {
  bool writable = true;
  std::optional<SteadyTime> beat;
  while (writable) {
    const std::optional<v1::WorkerMessage> message = outbox_.Next(heartbeat);
    if (!message) break;
    const SteadyTime now = clock_.Now();
    if (message->has_heartbeat() || !beat || now - *beat >= kBeatAtLeast) {
      writable = stream.Write(Heartbeat());
      beat = now;
    }
    if (writable && !message->has_heartbeat()) writable = stream.Write(*message);
  }
  if (writable) stream.WritesDone();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, options_.leave_timeout, [this] { return stream_over_; });
  // Ends the reader too, which would wait for a coordinator that does not close its side.
  if (!stream_over_) context_->TryCancel();
}

void CoordinatorLink::Report(const SessionEnd& end) {
  {
    std::lock_guard lock(mutex_);
    if (draining_) return;
  }
  const SteadyTime now = clock_.Now();
  const absl::Status why = FromCall(end.status, options_.address);
  const std::string report(why.message());
  NoteTrouble(end.status.ok() ? "the connection ended" : report);
  if (!end.welcomed && report == last_report_ && now - last_report_time_ < kReportAgain) return;
  last_report_ = report;
  last_report_time_ = now;
  if (end.welcomed) {
    spdlog::warn("the connection to the coordinator at {} ended ({}); connecting again",
                 options_.address, end.status.error_message());
  } else if (end.status.ok()) {
    spdlog::warn("{} does not answer as a coordinator does; trying again", options_.address);
  } else {
    spdlog::warn("{}; trying again",
                 std::string(Diagnosed(why, options_.address, options_.tls).message()));
  }
}

void CoordinatorLink::NoteTrouble(const std::string& trouble) {
  std::lock_guard lock(mutex_);
  trouble_ = trouble;
}

LinkNumbers CoordinatorLink::Numbers() {
  const uint64_t unsent = outbox_.size();
  const SteadyTime now = clock_.Now();
  const auto ago = [now](SteadyTime when) {
    return std::chrono::duration<double>(now - when).count();
  };
  std::lock_guard lock(mutex_);
  LinkNumbers numbers{.joined = welcomed_ && !stream_over_,
                      .draining = draining_,
                      .joins = joins_,
                      .heard_ago = std::nullopt,
                      .turned_ago = ago(turned_),
                      .unsent = unsent,
                      .trouble = trouble_};
  if (heard_) numbers.heard_ago = ago(*heard_);
  return numbers;
}

absl::StatusOr<std::vector<ThetaPtr>> CoordinatorLink::Fetch(const std::string& job, int64_t first,
                                                             int64_t last) {
  v1::FetchThetaRequest request;
  request.set_job(job);
  request.set_first_step(first);
  request.set_last_step(last);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options_.fetch_deadline);
  Span span = tracer_.StartPart("fetch", SpanKind::kClient);
  const ScopedTrace scope(span.context());
  SendTrace(context);
  const auto stream = stub()->FetchTheta(&context, request);
  std::vector<ThetaPtr> thetas;
  v1::Theta message;
  absl::Status wrong;
  while (wrong.ok() && stream->Read(&message)) {
    absl::StatusOr<ThetaPtr> theta = ParseTheta(message);
    wrong = theta.status();
    if (wrong.ok()) thetas.push_back(*std::move(theta));
  }
  if (!wrong.ok()) context.TryCancel();
  const grpc::Status status = stream->Finish();
  span.Fail(wrong.ok() ? FromCall(status, options_.address) : wrong);
  if (!wrong.ok()) return wrong;
  // A slow line: the rest is asked for next.
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED && !thetas.empty()) return thetas;
  if (!status.ok()) return FromCall(status, options_.address);
  return thetas;
}

}  // namespace paceline
