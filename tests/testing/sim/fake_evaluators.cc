#include "tests/testing/sim/fake_evaluators.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/protocol.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/lopt/layout.h"
#include "common/suite/keys.h"
#include "common/suite/suite.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr char kSuite[] = R"(
name: toy
seed: 3
seeds: 6
horizons: [20]
baselines: [sgd, adam, rmsprop]
tuning: {transferred: true, rates: 4, seeds: 1}
tasks:
  - task: {quadratic: {dimension: 6}}
  - task: {quadratic: {dimension: 4, kind: spectrum, condition: 10}}
)";

v1::TierFingerprint EngineOf(v1::Engine tier, const std::string& text) {
  v1::TierFingerprint own;
  own.set_tier(tier);
  own.set_fingerprint(text);
  return own;
}

}  // namespace

v1::SubmitEvaluationRequest ToyEvaluation(const std::string& request_id) {
  v1::SubmitEvaluationRequest request;
  const ParsedSuite parsed = ParseSuite(kSuite, "toy.yaml");
  EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front().ToString();
  *request.mutable_suite() = parsed.suite;
  TrainedOptimizer trained;
  trained.optimizer.mutable_learnable_sgdm()->set_learning_rate(0.01);
  trained.optimizer.mutable_learnable_sgdm()->set_momentum(0.9);
  trained.theta = InitialTheta(LayoutOf(trained.optimizer), 1);
  v1::SubmittedOptimizer& optimizer = *request.add_optimizers();
  optimizer.set_title("learned");
  optimizer.set_safetensors(SerializeTrainedOptimizer(trained));
  request.set_request_id(request_id);
  return request;
}

v1::UnitOutcome ToyOutcome(const v1::EvaluationUnit& unit) {
  v1::UnitOutcome outcome;
  for (uint32_t run = 0; run < unit.runs(); ++run) {
    const uint64_t key = KeyFor(absl::StrCat(ContentDigest(unit), run), 0);
    const float loss = static_cast<float>(key >> 40) * 0x1p-24f;
    v1::RunOutcome& made = *outcome.add_runs();
    made.set_initial_loss(2);
    made.set_training_loss(loss);
    made.add_training(loss);
    made.set_test_loss(loss * 1.5f);
    made.set_diverged(loss > 0.95f);
  }
  outcome.set_state_bytes(unit.steps());
  return outcome;
}

std::string DirectResult(const v1::SubmitEvaluationRequest& request, const std::string& engine) {
  const auto submission = CheckSubmission(request);
  EXPECT_TRUE(submission.ok()) << submission.status();
  EvaluationPlan plan(submission->request.suite(), submission->learned);
  while (!plan.done()) {
    const auto planned = plan.Next();
    plan.Put(planned->id, ToyOutcome(planned->unit));
  }
  v1::Evaluation result = plan.Result();
  result.set_engine_build(engine);
  return DeterministicBytes(result);
}

v1::EvaluationAnswer AnswerTo(const v1::EvaluationWork& work) {
  v1::EvaluationAnswer answer;
  answer.set_evaluation(work.evaluation());
  answer.set_unit_id(work.unit_id());
  answer.set_attempt(work.attempt());
  *answer.mutable_outcome() = ToyOutcome(work.unit());
  return answer;
}

void FakeEvaluator::Take(const v1::CoordinatorMessage& message) {
  if (message.has_evaluation()) {
    const v1::EvaluationAnnouncement& own = message.evaluation();
    EXPECT_TRUE(announced.emplace(own.evaluation(), own.tasks_size()).second)
        << "an evaluation was announced twice";
    untold.insert(own.evaluation());
  } else if (message.has_evaluation_theta()) {
    const v1::EvaluationTheta& own = message.evaluation_theta();
    EXPECT_TRUE(announced.contains(own.evaluation())) << "θ before its evaluation";
    EXPECT_TRUE(thetas.insert(own.evaluation() + " " + own.digest()).second) << "θ came twice";
  } else if (message.has_unit()) {
    const v1::EvaluationWork& own = message.unit();
    EXPECT_TRUE(announced.contains(own.evaluation())) << "a unit before its evaluation";
    EXPECT_FALSE(untold.contains(own.evaluation())) << "a unit before the data were told";
    if (own.unit().has_trained()) {
      EXPECT_TRUE(thetas.contains(own.evaluation() + " " + own.unit().trained().theta_digest()))
          << "a unit before its θ";
    }
    questions.push_back(own);
  } else if (message.has_end_evaluation()) {
    const std::string& name = message.end_evaluation().evaluation();
    EXPECT_EQ(announced.erase(name), 1u) << "the end of what was not announced";
    untold.erase(name);
    std::erase_if(thetas, [&](const std::string& own) { return own.starts_with(name + " "); });
    std::erase_if(questions, [&](const auto& own) { return own.evaluation() == name; });
  } else {
    ADD_FAILURE() << message.ShortDebugString();
  }
}

void EvaluationSim::Start() {
  workers_.clear();
  training.clear();
  desk_.reset();
  auto desk =
      EvaluationDesk::Open({.data_folder = folder_, .first_attempt = (++lives_ << 32) + 1}, clock_);
  ASSERT_TRUE(desk.ok()) << desk.status();
  desk_ = *std::move(desk);
}

std::string EvaluationSim::Submit(const v1::SubmitEvaluationRequest& request) {
  auto submission = CheckSubmission(request);
  EXPECT_TRUE(submission.ok()) << submission.status();
  const auto name = desk_->Submit(*std::move(submission));
  EXPECT_TRUE(name.ok()) << name.status();
  Deliver();
  return name.value_or("");
}

WorkerId EvaluationSim::Join(uint32_t threads, const std::string& engine,
                             const std::set<std::string>& plugins) {
  Worker worker;
  worker.id = WorkerId{next_worker_++};
  worker.name = "w";
  worker.protocol = kProtocolVersion;
  worker.unit_threads = threads;
  worker.plugins = plugins;
  for (const v1::Engine tier : {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED}) {
    worker.unit_fingerprints[tier] = EngineOf(tier, engine).fingerprint();
  }
  workers_[worker.id];
  desk_->Join(worker);
  Deliver();
  return worker.id;
}

void EvaluationSim::Lose(WorkerId id) {
  workers_.erase(id);
  desk_->Lose(id);
  Deliver();
}

std::vector<WorkerId> EvaluationSim::ids() const {
  std::vector<WorkerId> all;
  for (const auto& [id, worker] : workers_) all.push_back(id);
  return all;
}

void EvaluationSim::Deliver() {
  const auto trains = [this](WorkerId id) { return training.contains(id); };
  for (const Outgoing& outgoing : desk_->Work(trains)) {
    if (workers_.contains(outgoing.to)) workers_[outgoing.to].Take(*outgoing.message);
  }
}

void EvaluationSim::TellData(WorkerId id, const std::map<std::string, std::string>& sets,
                             const std::string& trouble) {
  for (const std::string& name : std::exchange(workers_.at(id).untold, {})) {
    v1::EvaluationData told;
    told.set_evaluation(name);
    told.set_trouble(trouble);
    for (const auto& [set, digest] : sets) {
      v1::DataSetDigest& own = *told.add_sets();
      own.set_name(set);
      own.set_digest(digest);
    }
    desk_->Receive(id, told);
  }
  Deliver();
}

void EvaluationSim::Say(WorkerId id, const v1::EvaluationAnswer& answer) {
  desk_->Receive(id, answer);
  Deliver();
}

bool EvaluationSim::AnswerOne(WorkerId id) {
  auto& questions = workers_.at(id).questions;
  if (questions.empty()) return false;
  const v1::EvaluationWork work = questions.front();
  questions.pop_front();
  ++answers_given;
  Say(id, AnswerTo(work));
  return true;
}

void EvaluationSim::FailOne(WorkerId id, const std::string& message, bool permanent) {
  auto& questions = workers_.at(id).questions;
  ASSERT_FALSE(questions.empty());
  v1::EvaluationAnswer answer = AnswerTo(questions.front());
  questions.pop_front();
  answer.mutable_failure()->set_message(message);
  answer.mutable_failure()->set_permanent(permanent);
  Say(id, answer);
}

void EvaluationSim::Work(int answers) {
  for (bool busy = true; busy;) {
    busy = false;
    for (const WorkerId id : ids()) {
      if (!workers_.at(id).untold.empty()) TellData(id, data), busy = true;
      if (answers == 0) return;
      if (AnswerOne(id)) --answers, busy = true;
    }
  }
}

v1::EvaluationSummary EvaluationSim::Summary(const std::string& name) {
  const auto summary = desk_->Summary(name);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.value_or(v1::EvaluationSummary());
}

std::string EvaluationSim::Result(const std::string& name) {
  EXPECT_EQ(Summary(name).state(), v1::EVALUATION_STATE_SUCCEEDED)
      << Summary(name).ShortDebugString();
  return desk_->archive().Result(name).value_or("");
}

std::string EvaluationSim::Events(const std::string& name) {
  const auto detail = desk_->Show(name);
  EXPECT_TRUE(detail.ok()) << detail.status();
  std::string text;
  for (const std::string& event : detail->events()) absl::StrAppend(&text, event, "\n");
  return text;
}

}  // namespace paceline
