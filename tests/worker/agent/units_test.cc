// The agent's part in evaluations.
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

#include "common/base/digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/agent/fake_engine.h"
#include "tests/worker/agent/fake_units.h"
#include "worker/agent/agent.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kLimit{20};
const std::vector<float> kTheta = {1, 2, 4};

class UnitsTest : public ::testing::Test {
 protected:
  UnitsTest() {
    AgentPort port;
    port.send = [this](v1::WorkerMessage message) {
      std::lock_guard lock(mutex_);
      sent_.push_back(std::move(message));
      arrived_.notify_all();
    };
    agent_ = std::make_unique<Agent>(1, FakeFactory(std::make_shared<FakeEngineControl>()), port,
                                     Clock::Real(), AgentUnits{.engine = units_, .threads = 2});
    agent_->BeginSession();
  }

  void Handle(const v1::CoordinatorMessage& message) {
    const absl::Status status = agent_->Handle(message);
    EXPECT_TRUE(status.ok()) << status;
  }
  void Announce(const std::string& evaluation = "e") {
    v1::CoordinatorMessage message;
    message.mutable_evaluation()->set_evaluation(evaluation);
    Handle(message);
    EXPECT_TRUE(NextSent().has_evaluation_data());
  }
  void SendTheta() {
    v1::CoordinatorMessage message;
    message.mutable_evaluation_theta()->set_evaluation("e");
    message.mutable_evaluation_theta()->set_digest(ThetaDigest(kTheta));
    message.mutable_evaluation_theta()->set_values(FloatsToBytes(kTheta));
    Handle(message);
  }
  static v1::CoordinatorMessage Question(uint64_t attempt, uint64_t steps,
                                         const std::string& evaluation = "e") {
    v1::CoordinatorMessage message;
    v1::EvaluationWork& work = *message.mutable_unit();
    work.set_evaluation(evaluation);
    work.set_unit_id(steps);
    work.set_attempt(attempt);
    work.mutable_unit()->set_steps(steps);
    work.mutable_unit()->set_runs(2);
    return message;
  }
  void Ask(uint64_t attempt, uint64_t steps, const std::string& evaluation = "e") {
    Handle(Question(attempt, steps, evaluation));
  }
  void End(const std::string& evaluation) {
    v1::CoordinatorMessage message;
    message.mutable_end_evaluation()->set_evaluation(evaluation);
    Handle(message);
  }

  v1::WorkerMessage NextSent() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, kLimit, [&] { return !sent_.empty(); })) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    v1::WorkerMessage message = std::move(sent_.front());
    sent_.pop_front();
    return message;
  }
  v1::EvaluationAnswer NextAnswer() { return NextSent().answer(); }
  size_t sent() {
    std::lock_guard lock(mutex_);
    return sent_.size();
  }

  // Units of that many steps are begun and wait, until they are given up or may go on.
  void Hold(uint64_t steps) {
    units_->on_run = [this, steps](const v1::EvaluationUnit& unit,
                                   const std::function<bool()>& stopping) {
      if (unit.steps() != steps) return;
      begun_.set_value();
      while (!stopping() &&
             go_on_.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      }
    };
  }

  std::shared_ptr<FakeUnits> units_ = std::make_shared<FakeUnits>();
  std::promise<void> begun_, let_go_on_;
  std::shared_future<void> go_on_ = let_go_on_.get_future().share();
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<v1::WorkerMessage> sent_;
  std::unique_ptr<Agent> agent_;
};

TEST_F(UnitsTest, TheDataAreToldBeforeAUnitIsAsked) {
  units_->data.emplace_back().set_name("digits");
  v1::CoordinatorMessage message;
  message.mutable_evaluation()->set_evaluation("e");
  Handle(message);
  v1::EvaluationData told = NextSent().evaluation_data();
  EXPECT_EQ(told.evaluation(), "e");
  ASSERT_EQ(told.sets_size(), 1);
  EXPECT_EQ(told.sets(0).name(), "digits");
  units_->data_error = absl::NotFoundError("no such folder");
  Handle(message);
  told = NextSent().evaluation_data();
  EXPECT_EQ(told.sets_size(), 0);
  EXPECT_EQ(told.trouble(), "no such folder");
}

TEST_F(UnitsTest, AUnitIsAnsweredInItsOwnName) {
  Announce();
  Ask(9, 100);
  const v1::EvaluationAnswer answer = NextAnswer();
  EXPECT_EQ(answer.evaluation(), "e");
  EXPECT_EQ(answer.unit_id(), 100u);
  EXPECT_EQ(answer.attempt(), 9u);
  ASSERT_EQ(answer.outcome().runs_size(), 2);
  EXPECT_EQ(answer.outcome().runs(0).test_loss(), 0.5f);
}

TEST_F(UnitsTest, ATrainedEntrantIsRunUnderItsTheta) {
  Announce();
  v1::CoordinatorMessage question = Question(1, 100);
  question.mutable_unit()->mutable_unit()->mutable_trained()->set_theta_digest(ThetaDigest(kTheta));
  EXPECT_THAT(std::string(agent_->Handle(question).message()), HasSubstr("before its theta"));
  SendTheta();
  Handle(question);
  EXPECT_EQ(NextAnswer().outcome().runs(0).test_loss(), 7.5f);
}

TEST_F(UnitsTest, AThetaThatIsNotWhatItsDigestSaysIsRefused) {
  Announce();
  v1::CoordinatorMessage message;
  message.mutable_evaluation_theta()->set_evaluation("e");
  message.mutable_evaluation_theta()->set_digest(ThetaDigest(kTheta));
  message.mutable_evaluation_theta()->set_values("four");
  EXPECT_TRUE(absl::IsInvalidArgument(agent_->Handle(message)));
}

TEST_F(UnitsTest, WhatWasNotAnnouncedIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(agent_->Handle(Question(1, 100))));
}

TEST_F(UnitsTest, AFailureSaysWhetherTryingElsewhereHelps) {
  Announce();
  units_->error = absl::InvalidArgumentError("no such rule");
  Ask(1, 100);
  v1::EvaluationAnswer answer = NextAnswer();
  EXPECT_TRUE(answer.failure().permanent());
  EXPECT_EQ(answer.failure().message(), "no such rule");
  units_->error = absl::ResourceExhaustedError("out of memory");
  Ask(2, 100);
  EXPECT_FALSE(NextAnswer().failure().permanent());
}

TEST_F(UnitsTest, AnExceptionIsAFailure) {
  Announce();
  units_->on_run = [](const auto&, const auto&) { throw std::bad_alloc(); };
  Ask(1, 100);
  EXPECT_THAT(NextAnswer().failure().message(), HasSubstr("bad_alloc"));
}

TEST_F(UnitsTest, AnEndedEvaluationIsGivenUpAndAnotherGoesOn) {
  Announce("e");
  Announce("f");
  Hold(100);
  Ask(1, 100);
  begun_.get_future().wait();
  End("e");
  Ask(2, 200, "f");
  EXPECT_EQ(NextAnswer().attempt(), 2u);
  EXPECT_EQ(sent(), 0u);
}

TEST_F(UnitsTest, AUnitInProgressAnswersTheNextConnectionsQuestion) {
  Announce();
  Hold(100);
  Ask(1, 100);
  begun_.get_future().wait();
  agent_->BeginSession();
  Announce();
  Ask(77, 100);
  let_go_on_.set_value();
  EXPECT_EQ(NextAnswer().attempt(), 77u);
  EXPECT_EQ(units_->runs, 1);
  agent_->BeginSession();
  Announce();
  Ask(78, 100);
  EXPECT_EQ(NextAnswer().attempt(), 78u);
  EXPECT_EQ(units_->runs, 1) << "a finished unit was computed again";
}

TEST_F(UnitsTest, DrainingGivesUnitsUpWithoutAnAnswer) {
  Announce();
  Hold(100);
  Ask(1, 100);
  begun_.get_future().wait();
  std::promise<void> drained;
  agent_->Drain([&] { drained.set_value(); });
  drained.get_future().wait();
  agent_.reset();
  EXPECT_EQ(sent(), 0u);
}

TEST(UnitsOfNobodyTest, AWorkerWithoutUnitsRefusesThem) {
  Agent agent(1, FakeFactory(std::make_shared<FakeEngineControl>()), {});
  v1::CoordinatorMessage message;
  message.mutable_evaluation()->set_evaluation("e");
  EXPECT_TRUE(absl::IsInvalidArgument(agent.Handle(message)));
}

}  // namespace
}  // namespace paceline
