#include "tests/testing/sim/fake_cluster.h"

#include "absl/strings/str_cat.h"
#include "common/estimator/aggregation.h"
#include "coordinator/load/toy_answer.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

// Of a job of any length no more memory is taken than that.
constexpr size_t kThetasRemembered = 10'000;

BlockWindow WindowOf(const v1::JobConfig& config, uint32_t block, int64_t step) {
  EpisodeCursor cursor(config, block);
  cursor.Seek(step);
  return cursor.window();
}

}  // namespace

v1::JobConfig ToyConfig(const std::string& name) {
  v1::JobConfig config;
  config.set_name(name);
  config.set_seed(5);
  v1::LearnableSgdm& sgdm = *config.mutable_optimizer()->mutable_learnable_sgdm();
  sgdm.set_learning_rate(0.01);
  sgdm.set_momentum(0.9);
  v1::Task& task = *config.add_tasks();
  task.set_weight(1);
  task.mutable_quadratic()->set_dimension(3);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  config.mutable_episode()->mutable_constant()->set_steps(20);
  config.mutable_estimator()->mutable_nres()->set_window(5);
  config.mutable_estimator()->mutable_nres()->set_sigma(0.01);
  config.mutable_estimator()->set_particles(12);
  config.mutable_estimator()->set_block(3);
  config.mutable_outer()->set_steps(12);
  v1::Adam& adam = *config.mutable_outer()->mutable_optimizer()->mutable_adam();
  adam.set_learning_rate(0.01);
  adam.set_beta1(0.9);
  adam.set_beta2(0.999);
  adam.set_epsilon(1e-8);
  adam.set_epsilon_root(1e-8);
  config.set_aggregation(v1::AGGREGATION_STRICT);
  config.set_engine(v1::ENGINE_REFERENCE);
  config.set_checkpoint_every(3);
  return config;
}

v1::WindowResult ToyAnswer(const v1::JobConfig& config, const v1::RunWindows& run, uint32_t block) {
  v1::WindowResult result =
      ToyAnswerOf(run, WindowOf(config, block, run.step()), block, config.estimator().block());
  for (int i = 0; i < result.particles_size(); ++i) {
    const bool diverged = ToyUnit(run.theta_hash(), block + 1000, static_cast<uint64_t>(i)) < 0.1;
    result.mutable_particles(i)->set_diverged(diverged);
  }
  return result;
}

void FakeWorker::Send(SharedMessage message) {
  EXPECT_TRUE(closed_.empty()) << "a message after the connection was closed";
  EXPECT_TRUE(welcome_ != 0 || message->has_welcome()) << "the first message is not Welcome";
  switch (message->kind_case()) {
    case v1::CoordinatorMessage::kWelcome:
      welcome_ = message->welcome().worker_id();
      break;
    case v1::CoordinatorMessage::kJob:
      EXPECT_TRUE(jobs_.emplace(message->job().job(), message->job().config()).second)
          << "a job was announced twice";
      break;
    case v1::CoordinatorMessage::kTheta:
      EXPECT_TRUE(knows(message->theta().job())) << "θ of a job that was not announced";
      EXPECT_TRUE(thetas_.emplace(message->theta().step(), message->theta().hash()).second)
          << "θ was sent twice";
      if (thetas_.size() > kThetasRemembered) thetas_.erase(thetas_.begin());
      ++thetas_received_;
      break;
    case v1::CoordinatorMessage::kRun:
      TakeRun(message->run());
      break;
    case v1::CoordinatorMessage::kRelease:
      for (uint32_t block : message->release().blocks()) {
        released_.insert(block);
        held_.erase(block);
      }
      break;
    case v1::CoordinatorMessage::kEnd:
      EXPECT_EQ(jobs_.erase(message->end().job()), 1u) << "the end of a job that was not announced";
      refused_ = message->end().reason();
      thetas_.clear();
      held_.clear();
      break;
    case v1::CoordinatorMessage::kHeartbeat:
      ++heartbeats_;
      break;
    case v1::CoordinatorMessage::kEvaluation:
    case v1::CoordinatorMessage::kEvaluationTheta:
    case v1::CoordinatorMessage::kUnit:
    case v1::CoordinatorMessage::kEndEvaluation:
      evaluator_.Take(*message);
      break;
    case v1::CoordinatorMessage::kDismiss:
    case v1::CoordinatorMessage::KIND_NOT_SET:
      ADD_FAILURE() << message->ShortDebugString();
  }
}

void FakeWorker::TakeRun(const v1::RunWindows& run) {
  EXPECT_TRUE(knows(run.job())) << "work of a job that was not announced";
  const bool sent = thetas_.contains(run.step()) && thetas_[run.step()] == run.theta_hash();
  // An older θ can be fetched.
  EXPECT_TRUE(sent || (IsAsync(jobs_.at(run.job())) && run.step() < newest_theta()))
      << "work under a θ that was not sent";
  EXPECT_GT(run.blocks_size(), 0);
  for (uint32_t block : run.blocks()) questions_.emplace_back(run, block);
}

std::vector<v1::WindowResult> FakeWorker::Answers(Coordinator& coordinator) {
  std::vector<v1::WindowResult> answers;
  for (const auto& [run, block] : std::exchange(questions_, {})) {
    if (!knows(run.job())) continue;
    MakeAgain(coordinator, run, block);
    answers.push_back(RunWindow(run, block));
  }
  return answers;
}

v1::WindowResult FakeWorker::RunWindow(const v1::RunWindows& run, uint32_t block) {
  const v1::JobConfig& config = jobs_.at(run.job());
  const auto particles = static_cast<int>(config.estimator().block());
  Held& held = held_.try_emplace(block, Held{0, ParticleEpisodes(particles)}).first->second;
  held.episodes.Begin(WindowOf(config, block, run.step()));
  v1::WindowResult result = ToyAnswer(config, run, block);
  for (int i = 0; i < particles; ++i) {
    v1::ParticleResult& particle = *result.mutable_particles(i);
    if (!IsStrict(config)) particle.set_began(held.episodes.starts()[i]);
    if (particle.diverged()) held.episodes.MarkDiverged(i);
  }
  held.next_step = run.step() + 1;
  return result;
}

void FakeWorker::MakeAgain(Coordinator& coordinator, const v1::RunWindows& run, uint32_t block) {
  const int64_t start = WindowOf(jobs_.at(run.job()), block, run.step()).episode_start;
  const bool is_held = held_.contains(block) && held_.at(block).next_step == run.step();
  if (start == run.step() || is_held) return;
  v1::FetchThetaRequest request;
  request.set_job(run.job());
  request.set_first_step(start);
  request.set_last_step(run.step());
  const auto versions = coordinator.FetchTheta(request);
  const auto summary = coordinator.Summary(run.job());
  const bool is_old_question =
      !summary.ok() || summary->step() - MostAge(jobs_.at(run.job())) > run.step();
  if (is_old_question) return;
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->size(), run.step() - start + 1);
  v1::RunWindows before = run;
  for (int64_t i = 0; i < versions->size(); ++i) {
    const auto theta = versions->At(i);
    if (!theta.ok())
      return coordinator.RestoreHistory(run.job(), std::string(theta.status().message()));
    EXPECT_EQ(theta->step(), start + i);
    if (theta->step() == run.step()) break;
    before.set_step(theta->step());
    before.set_theta_hash(theta->hash());
    RunWindow(before, block);
  }
  EXPECT_EQ(versions->At(versions->size() - 1)->hash(), run.theta_hash());
}

absl::Status FakeCluster::TryStart() {
  workers_.clear();
  coordinator_.reset();
  auto coordinator = Coordinator::Start({.data_folder = data_folder_,
                                         .threads = 1,
                                         .keep_checkpoints = keep_checkpoints_,
                                         .history_memory_bytes = history_memory_bytes_,
                                         .audit_rate = audit_rate_},
                                        store_, clock_, *this);
  if (!coordinator.ok()) return coordinator.status();
  coordinator_ = *std::move(coordinator);
  return absl::OkStatus();
}

void FakeCluster::Start() {
  const absl::Status status = TryStart();
  ASSERT_TRUE(status.ok()) << status;
}

std::string FakeCluster::Submit(const v1::JobConfig& config, const std::string& request_id) {
  v1::SubmitRequest request;
  *request.mutable_config() = config;
  request.set_request_id(request_id);
  const auto job = coordinator_->Submit(request);
  EXPECT_TRUE(job.ok()) << job.status();
  return job.value_or("");
}

namespace {

void AddFingerprints(const TierFingerprints& fingerprints,
                     google::protobuf::RepeatedPtrField<v1::TierFingerprint>& list) {
  for (const auto& [tier, fingerprint] : fingerprints) {
    v1::TierFingerprint& own = *list.Add();
    own.set_tier(tier);
    own.set_fingerprint(fingerprint);
  }
}

v1::Hello HelloOf(const std::string& name, const TierFingerprints& fingerprints) {
  v1::Hello hello;
  hello.set_protocol(kProtocolVersion);
  hello.set_name(name);
  hello.set_threads(1);
  AddFingerprints(fingerprints, *hello.mutable_fingerprints());
  return hello;
}

TierFingerprints EveryTier(const std::string& fingerprint) {
  return {{v1::ENGINE_REFERENCE, fingerprint},
          {v1::ENGINE_TORCH, fingerprint},
          {v1::ENGINE_FUSED, fingerprint}};
}

}  // namespace

WorkerId FakeCluster::Join(const std::string& name, const std::string& fingerprint,
                           uint32_t threads, uint64_t memory_bytes) {
  return JoinWith(name, EveryTier(fingerprint), threads, memory_bytes);
}

WorkerId FakeCluster::JoinWith(const std::string& name, const TierFingerprints& fingerprints,
                               uint32_t threads, uint64_t memory_bytes) {
  v1::Hello hello = HelloOf(name, fingerprints);
  hello.set_threads(threads);
  hello.set_memory_bytes(memory_bytes);
  return JoinWith(hello);
}

WorkerId FakeCluster::JoinWithPlugins(const std::string& name,
                                      const std::vector<std::string>& digests) {
  v1::Hello hello = HelloOf(name, EveryTier("cpu"));
  for (const std::string& digest : digests) hello.add_plugins(digest);
  return JoinWith(hello);
}

WorkerId FakeCluster::JoinSpeaking(const std::string& name, uint32_t protocol) {
  v1::Hello hello = HelloOf(name, EveryTier("cpu"));
  hello.set_protocol(protocol);
  return JoinWith(hello);
}

WorkerId FakeCluster::JoinEvaluator(const std::string& name) {
  v1::Hello hello = HelloOf(name, EveryTier("cpu"));
  hello.mutable_units()->set_threads(1);
  AddFingerprints(EveryTier("cpu"), *hello.mutable_units()->mutable_fingerprints());
  return JoinWith(hello);
}

WorkerId FakeCluster::JoinWith(const v1::Hello& hello) {
  auto worker = std::make_shared<FakeWorker>();
  const auto id = coordinator_->Join(hello, "here", worker);
  EXPECT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(worker->welcome(), static_cast<uint64_t>(*id));
  workers_[*id] = std::move(worker);
  return *id;
}

bool FakeCluster::TellEvaluationData(WorkerId id) {
  const auto untold = std::exchange(worker(id).evaluator().untold, {});
  for (const std::string& name : untold) {
    v1::WorkerMessage message;
    message.mutable_evaluation_data()->set_evaluation(name);
    coordinator_->Receive(id, message);
  }
  return !untold.empty();
}

bool FakeCluster::AnswerUnit(WorkerId id) {
  auto& questions = worker(id).evaluator().questions;
  if (questions.empty()) return false;
  const v1::EvaluationWork work = questions.front();
  questions.pop_front();
  v1::WorkerMessage message;
  *message.mutable_answer() = AnswerTo(work);
  coordinator_->Receive(id, message);
  return true;
}

void FakeCluster::Evaluate(int answers) {
  for (bool busy = true; busy;) {
    coordinator_->Tick();
    busy = false;
    for (const WorkerId id : ids()) {
      busy |= TellEvaluationData(id);
      if (answers == 0) return;
      if (AnswerUnit(id)) --answers, busy = true;
    }
  }
}

std::vector<WorkerId> FakeCluster::ids() const {
  std::vector<WorkerId> all;
  for (const auto& [id, worker] : workers_) all.push_back(id);
  return all;
}

void FakeCluster::Lose(WorkerId id) {
  coordinator_->Lost(id, "killed by the test");
  workers_.erase(id);
}

void FakeCluster::Say(WorkerId id, const v1::WindowResult& result) {
  v1::WorkerMessage message;
  *message.mutable_result() = result;
  coordinator_->Receive(id, message);
}

void FakeCluster::Fail(WorkerId id, const v1::WindowResult& about, const std::string& text,
                       bool permanent) {
  v1::WorkerMessage message;
  v1::WorkFailure& failure = *message.mutable_failure();
  failure.set_job(about.job());
  failure.set_step(about.step());
  failure.set_block(about.block());
  failure.set_message(text);
  failure.set_permanent(permanent);
  coordinator_->Receive(id, message);
}

void FakeCluster::Heartbeat(WorkerId id) {
  v1::WorkerMessage message;
  message.mutable_heartbeat();
  coordinator_->Receive(id, message);
}

void FakeCluster::Quarter(const std::set<WorkerId>& silent) {
  clock_.Advance(std::chrono::milliseconds(250));
  for (const WorkerId id : ids()) {
    if (!silent.contains(id)) Heartbeat(id);
  }
  coordinator_->Tick();
}

void FakeCluster::TellData(WorkerId id, const std::string& job,
                           const std::map<std::string, std::string>& digests) {
  v1::WorkerMessage message;
  message.mutable_data()->set_job(job);
  for (const auto& [name, digest] : digests) {
    v1::DataSetDigest& set = *message.mutable_data()->add_sets();
    set.set_name(name);
    set.set_digest(digest);
  }
  coordinator_->Receive(id, message);
}

void FakeCluster::Work(const std::string& job, int64_t steps) {
  const int64_t last = Summary(job).step() + steps;
  for (bool busy = true; busy;) {
    busy = false;
    for (const auto& [id, worker] : workers_) {
      for (const v1::WindowResult& answer : worker->Answers(*coordinator_)) {
        Say(id, answer);
        busy = true;
      }
    }
    if (Summary(job).step() >= last) return;
  }
}

v1::JobSummary FakeCluster::Summary(const std::string& job) {
  const auto summary = coordinator_->Summary(job);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.value_or(v1::JobSummary());
}

std::vector<uint64_t> FakeCluster::Hashes(const std::string& job) {
  std::vector<uint64_t> hashes;
  const auto rows = store_.Steps(job, 0, 1'000'000);
  EXPECT_TRUE(rows.ok()) << rows.status();
  for (const StepRow& row : *rows) hashes.push_back(row.theta_hash);
  return hashes;
}

std::string FakeCluster::Events(const std::string& job) {
  std::string text;
  const auto rows = store_.Events(job, 0, 1'000'000);
  EXPECT_TRUE(rows.ok()) << rows.status();
  for (const EventRow& row : *rows) absl::StrAppend(&text, row.text, "\n");
  return text;
}

}  // namespace paceline
