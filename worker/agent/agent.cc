#include "worker/agent/agent.h"

#include "absl/strings/str_cat.h"
#include "common/log/fields.h"
#include "google/protobuf/util/message_differencer.h"
#include "spdlog/spdlog.h"
#include "worker/agent/theta_message.h"
#include "worker/agent/window_runner.h"

namespace paceline {
namespace {

v1::WorkerMessage ToFailure(const WindowRequest& request, const absl::Status& status) {
  v1::WorkerMessage message;
  v1::WorkFailure& failure = *message.mutable_failure();
  failure.set_job(request.job);
  failure.set_step(request.step);
  failure.set_block(request.block);
  failure.set_message(std::string(status.message()));
  failure.set_permanent(absl::IsInvalidArgument(status) || absl::IsUnimplemented(status));
  return message;
}

absl::Status UnknownJob(const std::string& job) {
  return absl::InvalidArgumentError(absl::StrCat("job '", job, "' was not announced"));
}

}  // namespace

Agent::Agent(int threads, JobEngineFactory factory, AgentPort port, const Clock& clock,
             const AgentUnits& units, std::unique_ptr<BlockKeeper> snapshots, Tracer& tracer)
    : factory_(std::move(factory)),
      port_(std::move(port)),
      clock_(clock),
      tracer_(tracer),
      queue_(clock),
      snapshots_(std::move(snapshots)) {
  if (units.engine) {
    crew_ = std::make_unique<UnitCrew>(units.threads, units.engine, port_.send, tracer_);
  }
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Work(stop); });
  }
}

Agent::~Agent() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void Agent::BeginSession() {
  ++session_;
  queue_.Clear();
  if (crew_) crew_->BeginSession();
}

absl::Status Agent::Handle(const v1::CoordinatorMessage& message) {
  switch (message.kind_case()) {
    case v1::CoordinatorMessage::kJob:
      Announce(message.job());
      return absl::OkStatus();
    case v1::CoordinatorMessage::kTheta:
      return TakeTheta(message.theta());
    case v1::CoordinatorMessage::kRun:
      return Enqueue(message.run());
    case v1::CoordinatorMessage::kRelease:
      return Release(message.release());
    case v1::CoordinatorMessage::kEnd:
      if (!message.end().reason().empty()) {
        spdlog::warn("no part in job {}: {}", message.end().job(), message.end().reason());
      }
      EndJob(message.end().job(), /*over=*/message.end().reason().empty());
      return absl::OkStatus();
    case v1::CoordinatorMessage::kEvaluation:
    case v1::CoordinatorMessage::kEvaluationTheta:
    case v1::CoordinatorMessage::kUnit:
    case v1::CoordinatorMessage::kEndEvaluation:
      return HandleUnits(message);
    case v1::CoordinatorMessage::kWelcome:
    case v1::CoordinatorMessage::kHeartbeat:
    case v1::CoordinatorMessage::kDismiss:
    case v1::CoordinatorMessage::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a message of an unknown kind (", message.kind_case(), ")"));
}

absl::Status Agent::HandleUnits(const v1::CoordinatorMessage& message) {
  if (!crew_) return absl::InvalidArgumentError("this worker computes no evaluations");
  if (message.has_evaluation_theta()) return crew_->Take(message.evaluation_theta());
  if (message.has_unit()) return crew_->Take(message.unit());
  if (message.has_evaluation()) crew_->Take(message.evaluation());
  if (message.has_end_evaluation()) crew_->End(message.end_evaluation().evaluation());
  return absl::OkStatus();
}

void Agent::Drain(std::function<void()> done) {
  draining_ = true;
  if (crew_) crew_->Drain();
  queue_.Close(SaveRequests(), std::move(done));
  // So that a long window does not keep the other blocks from being saved.
  if (snapshots_) {
    threads_.emplace_back([this](const std::stop_token& stop) { Work(stop); });
  }
}

std::vector<WindowRequest> Agent::SaveRequests() {
  std::vector<WindowRequest> requests;
  if (!snapshots_) return requests;
  std::lock_guard lock(mutex_);
  for (const auto& [name, job] : jobs_) {
    for (const uint32_t block : job->HeldBlocks()) {
      requests.push_back({.job = name, .block = block, .save = true});
    }
  }
  return requests;
}

std::shared_ptr<HeldJob> Agent::Find(const std::string& job) {
  std::lock_guard lock(mutex_);
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : found->second;
}

void Agent::Announce(const v1::JobAnnouncement& announcement) {
  const std::shared_ptr<HeldJob> held = Find(announcement.job());
  if (held != nullptr &&
      google::protobuf::util::MessageDifferencer::Equals(held->config(), announcement.config())) {
    held->set_session(session_);
    return;
  }
  EndJob(announcement.job());
  EndStaleJobs();
  std::lock_guard lock(mutex_);
  jobs_[announcement.job()] = std::make_shared<HeldJob>(announcement, factory_, session_);
}

void Agent::EndStaleJobs() {
  std::vector<std::string> stale;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [name, job] : jobs_) {
      if (job->session() != session_) stale.push_back(name);
    }
  }
  for (const std::string& job : stale) EndJob(job);
}

void Agent::EndJob(const std::string& job, bool over) {
  queue_.DropJob(job);
  const std::shared_ptr<HeldJob> held = Find(job);
  if (held == nullptr) return;
  held->End(over);
  if (over && snapshots_) snapshots_->Remove(*held);
  std::lock_guard lock(mutex_);
  jobs_.erase(job);
}

void Agent::Forget(HeldJob& job) {
  v1::JobAnnouncement announcement;
  announcement.set_job(job.name());
  *announcement.mutable_config() = job.config();
  EndJob(job.name());
  Announce(announcement);
}

absl::Status Agent::TakeTheta(const v1::Theta& message) {
  std::shared_ptr<HeldJob> job = Find(message.job());
  if (job == nullptr) return UnknownJob(message.job());
  absl::StatusOr<ThetaPtr> theta = ParseTheta(message);
  if (!theta.ok()) return theta.status();
  if (job->thetas().Put(*theta)) return absl::OkStatus();
  spdlog::warn("job {} has another history than before: what was held of it is dropped",
               job->name());
  Forget(*job);
  Find(message.job())->thetas().Put(*theta);
  return absl::OkStatus();
}

absl::Status Agent::Enqueue(const v1::RunWindows& run) {
  if (Find(run.job()) == nullptr) return UnknownJob(run.job());
  // One that cannot be read is none: the windows begin traces of their own.
  const auto trace = ParseTraceparent(run.traceparent()).value_or(TraceContext());
  for (const uint32_t block : run.blocks()) {
    queue_.Push({run.job(), run.step(), run.theta_hash(), run.epoch(), block, session_,
                 /*save=*/false, trace});
  }
  return absl::OkStatus();
}

absl::Status Agent::Release(const v1::ReleaseBlocks& release) {
  const std::shared_ptr<HeldJob> job = Find(release.job());
  if (job == nullptr) return UnknownJob(release.job());
  const std::vector<uint32_t> blocks(release.blocks().begin(), release.blocks().end());
  queue_.DropBlocks(release.job(), blocks);
  job->Release(blocks);
  return absl::OkStatus();
}

void Agent::Work(const std::stop_token& stop) {
  while (const std::optional<WindowRequest> request = queue_.Pop(stop)) {
    RunOne(*request, stop);
    queue_.Done(*request);
  }
}

void Agent::RunOne(const WindowRequest& request, const std::stop_token& stop) {
  const std::shared_ptr<HeldJob> job = Find(request.job);
  if (job == nullptr) return;
  const ScopedLogFields fields({{"job", request.job}, {"step", request.step}});
  if (request.save) return snapshots_->Save(*job, request.block);
  Answer(request, *job, stop);
  // Afterwards, while the coordinator waits for others.
  if (snapshots_) snapshots_->SaveIfDue(*job, request.block);
}

void Agent::Answer(const WindowRequest& request, HeldJob& job, const std::stop_token& stop) {
  Span span = tracer_.Start("window", request.trace);
  span.Set("job", request.job).Set("step", request.step).Set("block", int64_t{request.block});
  const ScopedTrace scope(span.context());
  const FetchThetas fetch = [&](int64_t first, int64_t last) {
    return port_.fetch(request.job, first, last);
  };
  const std::function<bool()> stopping = [&] { return stop.stop_requested() || draining_; };
  auto result = AnswerWindow(request, job,
                             {.fetch = fetch,
                              .stopping = stopping,
                              .clock = clock_,
                              .tracer = tracer_,
                              .snapshots = snapshots_.get()});
  span.Fail(result.status());
  Report(request, job, std::move(result));
}

void Agent::Report(const WindowRequest& request, HeldJob& job,
                   absl::StatusOr<v1::WindowResult> result) {
  if (request.session != session_ || job.ended() || absl::IsCancelled(result.status())) return;
  if (!result.ok()) {
    spdlog::error("job {}, outer step {}, block {}: {}", request.job, request.step, request.block,
                  std::string(result.status().message()));
    tally_.CountFailure();
    port_.send(ToFailure(request, result.status()));
    return;
  }
  tally_.Count(*result, job.config());
  if (result->replayed_inner_steps() > 0) {
    spdlog::debug("job {}, outer step {}, block {} was re-made: {} inner steps run again",
                  request.job, request.step, request.block, result->replayed_inner_steps());
  }
  TellData(job, request.session);
  v1::WorkerMessage message;
  *message.mutable_result() = *std::move(result);
  port_.send(std::move(message));
}

AgentNumbers Agent::Numbers() {
  AgentNumbers numbers = tally_.Numbers();
  numbers.queue = queue_.Numbers();
  if (crew_) numbers.units = crew_->Numbers();
  std::lock_guard lock(mutex_);
  numbers.jobs = jobs_.size();
  for (const auto& [name, job] : jobs_) numbers.blocks += job->HeldBlocks().size();
  return numbers;
}

void Agent::TellData(HeldJob& job, uint64_t session) {
  if (job.told_data(session)) return;
  const absl::StatusOr<std::shared_ptr<JobEngine>> engine = job.engine();
  if (!engine.ok() || (*engine)->data().empty()) return;
  v1::WorkerMessage message;
  message.mutable_data()->set_job(job.name());
  message.mutable_data()->mutable_sets()->Assign((*engine)->data().begin(),
                                                 (*engine)->data().end());
  port_.send(std::move(message));
  // Not before: another thread's result must not overtake the message.
  job.set_told_data(session);
}

}  // namespace paceline
