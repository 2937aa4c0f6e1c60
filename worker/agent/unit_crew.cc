#include "worker/agent/unit_crew.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/log/fields.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr size_t kOutcomesKept = 64;
// Threads that train get about ten times as much of a processor that both want.
constexpr int kNice = 10;

void GiveWayToTraining() {
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice) != 0) {
    spdlog::debug("units of evaluations run at the priority of training");
  }
}

absl::Status Unannounced(const std::string& evaluation) {
  return absl::InvalidArgumentError(
      absl::StrCat("evaluation '", evaluation, "' was not announced"));
}

v1::UnitFailure ToFailure(const absl::Status& status) {
  v1::UnitFailure failure;
  failure.set_message(std::string(status.message()));
  failure.set_permanent(absl::IsInvalidArgument(status) || absl::IsUnimplemented(status));
  return failure;
}

}  // namespace

UnitCrew::UnitCrew(int threads, std::shared_ptr<UnitEngine> engine, Send send, Tracer& tracer)
    : engine_(std::move(engine)), send_(std::move(send)), tracer_(tracer) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Work(stop); });
  }
}

UnitCrew::~UnitCrew() {
  Drain();
  for (std::jthread& thread : threads_) thread.request_stop();
}

void UnitCrew::BeginSession() {
  std::lock_guard lock(mutex_);
  ++session_;
  held_.clear();
  announcements_.clear();
  waiting_.clear();
  for (const auto& job : running_) job->questions.clear();
}

void UnitCrew::Drain() {
  std::lock_guard lock(mutex_);
  draining_ = true;
  announcements_.clear();
  waiting_.clear();
  for (const auto& job : running_) job->given_up = true;
}

UnitNumbers UnitCrew::Numbers() {
  std::lock_guard lock(mutex_);
  return {
      .done = done_, .failed = failed_, .waiting = waiting_.size(), .under_way = running_.size()};
}

void UnitCrew::Take(const v1::EvaluationAnnouncement& announcement) {
  std::lock_guard lock(mutex_);
  held_[announcement.evaluation()];
  announcements_.push_back(announcement);
  changed_.notify_one();
}

absl::Status UnitCrew::Take(const v1::EvaluationTheta& theta) {
  auto values = std::make_shared<std::vector<float>>(theta.values().size() / sizeof(float));
  if (!BytesToFloats(theta.values(), *values) || ThetaDigest(*values) != theta.digest()) {
    return absl::InvalidArgumentError(
        absl::StrCat("theta of evaluation '", theta.evaluation(), "' is not ", theta.digest()));
  }
  std::lock_guard lock(mutex_);
  const auto held = held_.find(theta.evaluation());
  if (held == held_.end()) return Unannounced(theta.evaluation());
  held->second[theta.digest()] = std::move(values);
  return absl::OkStatus();
}

UnitCrew::Question UnitCrew::QuestionOf(const v1::EvaluationWork& work) {
  return {work.evaluation(), work.unit_id(), work.attempt()};
}

absl::Status UnitCrew::Take(const v1::EvaluationWork& work) {
  Theta theta;
  {
    std::lock_guard lock(mutex_);
    const auto held = held_.find(work.evaluation());
    if (held == held_.end()) return Unannounced(work.evaluation());
    if (work.unit().has_trained()) {
      const auto found = held->second.find(work.unit().trained().theta_digest());
      if (found == held->second.end()) {
        return absl::InvalidArgumentError(
            absl::StrCat("a unit of evaluation '", work.evaluation(), "' before its theta"));
      }
      theta = found->second;
    }
  }
  if (const auto kept = Enqueue(work, std::move(theta))) Answer(QuestionOf(work), *kept);
  return absl::OkStatus();
}

std::optional<v1::UnitOutcome> UnitCrew::Enqueue(const v1::EvaluationWork& work, Theta theta) {
  const std::string key = work.unit().SerializeAsString();
  std::lock_guard lock(mutex_);
  if (draining_) return std::nullopt;
  const auto kept = std::ranges::find(finished_, key, [](const auto& own) { return own.first; });
  if (kept != finished_.end()) return kept->second;
  const Question question = QuestionOf(work);
  for (const auto& job : running_) {
    if (job->key != key || job->given_up) continue;
    job->questions.push_back(question);
    return std::nullopt;
  }
  auto job = std::make_shared<Job>();
  job->key = key;
  job->unit = work.unit();
  job->theta = std::move(theta);
  job->first = question;
  // One that cannot be read is none.
  job->trace = ParseTraceparent(work.traceparent()).value_or(TraceContext());
  job->questions = {question};
  waiting_.push_back(std::move(job));
  changed_.notify_one();
  return std::nullopt;
}

void UnitCrew::End(const std::string& evaluation) {
  const auto is_its = [&](const Question& question) { return question.evaluation == evaluation; };
  std::lock_guard lock(mutex_);
  held_.erase(evaluation);
  std::erase_if(announcements_, [&](const auto& own) { return own.evaluation() == evaluation; });
  std::erase_if(waiting_, [&](const auto& job) { return is_its(job->questions.front()); });
  for (const auto& job : running_) {
    if (std::erase_if(job->questions, is_its) > 0 && job->questions.empty()) job->given_up = true;
  }
}

void UnitCrew::Work(const std::stop_token& stop) {
  GiveWayToTraining();
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !announcements_.empty() || !waiting_.empty(); })) {
    if (stop.stop_requested()) return;
    if (!announcements_.empty()) {
      const v1::EvaluationAnnouncement announcement = std::move(announcements_.front());
      announcements_.pop_front();
      const uint64_t session = session_;
      lock.unlock();
      TellData(announcement, session);
    } else {
      const std::shared_ptr<Job> job = std::move(waiting_.front());
      waiting_.pop_front();
      running_.push_back(job);
      lock.unlock();
      Run(job);
    }
    lock.lock();
  }
}

void UnitCrew::TellData(const v1::EvaluationAnnouncement& announcement, uint64_t session) {
  absl::StatusOr<std::vector<v1::DataSetDigest>> sets = absl::UnknownError("");
  try {
    sets = engine_->Data(announcement);
  } catch (const std::exception& error) {
    sets = absl::ResourceExhaustedError(absl::StrCat("data cannot be read: ", error.what()));
  }
  v1::WorkerMessage message;
  v1::EvaluationData& data = *message.mutable_evaluation_data();
  data.set_evaluation(announcement.evaluation());
  if (sets.ok()) {
    data.mutable_sets()->Assign(sets->begin(), sets->end());
  } else {
    spdlog::error("evaluation {}: {}", announcement.evaluation(),
                  std::string(sets.status().message()));
    data.set_trouble(std::string(sets.status().message()));
  }
  {
    std::lock_guard lock(mutex_);
    if (session != session_ || draining_) return;
  }
  send_(std::move(message));
}

void UnitCrew::Run(const std::shared_ptr<Job>& job) {
  const ScopedLogFields fields({{"evaluation", job->first.evaluation}});
  Span span = tracer_.Start("unit", job->trace);
  span.Set("evaluation", job->first.evaluation);
  span.Set("unit", static_cast<int64_t>(job->first.unit_id));
  const ScopedTrace scope(span.context());
  const auto outcome = Compute(*job);
  span.Fail(outcome.status());
  Finish(job, outcome);
}

absl::StatusOr<v1::UnitOutcome> UnitCrew::Compute(const Job& job) {
  const std::span<const float> theta =
      job.theta ? std::span<const float>(*job.theta) : std::span<const float>();
  try {
    return engine_->Run(job.unit, theta, [&job] { return job.given_up.load(); });
  } catch (const std::exception& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the unit cannot be computed: ", error.what()));
  }
}

void UnitCrew::Finish(const std::shared_ptr<Job>& job,
                      const absl::StatusOr<v1::UnitOutcome>& outcome) {
  std::vector<Question> questions;
  {
    std::lock_guard lock(mutex_);
    std::erase(running_, job);
    if (!job->given_up) ++(outcome.ok() ? done_ : failed_);
    if (outcome.ok()) finished_.emplace_back(job->key, *outcome);
    if (finished_.size() > kOutcomesKept) finished_.pop_front();
    if (!draining_) questions = std::move(job->questions);
  }
  for (const Question& question : questions) Answer(question, outcome);
}

void UnitCrew::Answer(const Question& question, const absl::StatusOr<v1::UnitOutcome>& outcome) {
  v1::WorkerMessage message;
  v1::EvaluationAnswer& answer = *message.mutable_answer();
  answer.set_evaluation(question.evaluation);
  answer.set_unit_id(question.unit_id);
  answer.set_attempt(question.attempt);
  if (outcome.ok()) {
    *answer.mutable_outcome() = *outcome;
  } else {
    spdlog::error("evaluation {}, unit {}: {}", question.evaluation, question.unit_id,
                  std::string(outcome.status().message()));
    *answer.mutable_failure() = ToFailure(outcome.status());
  }
  send_(std::move(message));
}

}  // namespace paceline
