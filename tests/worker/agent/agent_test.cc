#include <future>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/worker/agent/agent_fixture.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST_F(AgentTest, TheDataOfAJobPrecedeItsFirstResultOnEveryConnection) {
  v1::DataSetDigest& set = control_->data.emplace_back();
  set.set_name("fashion_mnist");
  set.set_digest("abc");
  for (int connection = 0; connection < 2; ++connection) {
    Announce("a");
    SendTheta("a", 0);
    Ask("a", 0, {1});
    const v1::WorkerMessage first = NextSent();
    ASSERT_TRUE(first.has_data()) << first.DebugString();
    EXPECT_EQ(first.data().job(), "a");
    ASSERT_EQ(first.data().sets_size(), 1);
    EXPECT_EQ(first.data().sets(0).name(), "fashion_mnist");
    EXPECT_EQ(first.data().sets(0).digest(), "abc");
    EXPECT_TRUE(NextSent().has_result());
    SendTheta("a", 1);
    Ask("a", 1, {1});
    EXPECT_TRUE(NextSent().has_result()) << "told twice";
    agent_->BeginSession();
  }
}

TEST_F(AgentTest, BlocksGoOnFromWindowToWindowWithoutReplay) {
  Announce("job");
  for (int64_t step = 0; step < 10; ++step) {
    SendTheta("job", step);
    Ask("job", step, {0, 1, 2, 3});
    for (const auto& [block, result] : Answers(4)) {
      ExpectRight(result);
      EXPECT_EQ(result.replayed_inner_steps(), 0u);
    }
  }
  EXPECT_EQ(control_->windows, 40);
  EXPECT_TRUE(fetched_.empty());
}

TEST_F(AgentTest, WhatItHasDoneAndHoldsIsCounted) {
  Announce("job");
  SendTheta("job", 7);
  Ask("job", 7, {0, 1});
  Answers(2);
  const AgentNumbers numbers = agent_->Numbers();
  EXPECT_EQ(numbers.windows, 2u);
  EXPECT_EQ(numbers.window_seconds.count(), 2u);
  EXPECT_GT(numbers.inner_steps, 0u);
  EXPECT_EQ(numbers.replayed_inner_steps, 30u) << "of block 0";
  EXPECT_EQ(numbers.failures, 0u);
  EXPECT_EQ(numbers.jobs, 1u);
  EXPECT_EQ(numbers.blocks, 2u);
}

TEST_F(AgentTest, WhatWaitsAndWhatIsComputedIsCounted) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  control_->on_window = [&](uint32_t block, int64_t) {
    gone.wait();
    return block == 0 ? absl::InternalError("broken") : absl::OkStatus();
  };
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0, 1, 2, 3});
  EXPECT_TRUE(WaitUntil([&] { return agent_->Numbers().queue.under_way == 2; }));
  EXPECT_EQ(agent_->Numbers().queue.waiting, 2u) << "there are two threads";
  EXPECT_GE(agent_->Numbers().queue.longest_seconds, 0);
  go.set_value();
  for (int i = 0; i < 4; ++i) NextSent();
  EXPECT_EQ(agent_->Numbers().windows, 3u);
  EXPECT_EQ(agent_->Numbers().failures, 1u);
}

TEST_F(AgentTest, ABlockFromElsewhereIsReMadeWithThetasFetchedOnce) {
  Announce("job");
  SendTheta("job", 7);
  // Episodes of blocks 0, 1, 2 and 3 began at steps 4, 7, 6 and 5.
  Ask("job", 7, {0});
  const v1::WindowResult first = Answers(1).at(0);
  ExpectRight(first);
  EXPECT_EQ(first.replayed_inner_steps(), 30u);
  EXPECT_THAT(fetched_, ElementsAre(Pair(4, 6)));
  Ask("job", 7, {1, 2, 3});
  for (const auto& [block, result] : Answers(3)) ExpectRight(result);
  EXPECT_THAT(fetched_, ElementsAre(Pair(4, 6)));
}

TEST_F(AgentTest, ABlockThatIsBehindCatchesUpFromWhereItStands) {
  Announce("job");
  SendTheta("job", 4);
  Ask("job", 4, {0});
  ExpectRight(Answers(1).at(0));
  SendTheta("job", 7);
  Ask("job", 7, {0});
  const v1::WindowResult result = Answers(1).at(0);
  ExpectRight(result);
  EXPECT_EQ(result.replayed_inner_steps(), 20u);
}

TEST_F(AgentTest, AWindowAskedAgainUnderANewEpochIsAnsweredWithoutWork) {
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0, 1}, 1);
  Answers(2);
  agent_->BeginSession();
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0, 1}, 2);
  for (const auto& [block, result] : Answers(2)) {
    ExpectRight(result);
    EXPECT_EQ(result.epoch(), 2u);
  }
  EXPECT_EQ(control_->windows, 2);
}

TEST_F(AgentTest, AfterAReconnectABlockGoesOnWithoutReplay) {
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0});
  Answers(1);
  agent_->BeginSession();
  Announce("job");
  SendTheta("job", 1);
  Ask("job", 1, {0}, 2);
  const v1::WindowResult result = Answers(1).at(0);
  ExpectRight(result);
  EXPECT_EQ(result.replayed_inner_steps(), 0u);
  EXPECT_EQ(control_->blocks_made, 1);
}

TEST_F(AgentTest, AnswersToAnEarlierConnectionAreNotSent) {
  std::promise<void> started, go;
  std::shared_future<void> gone = go.get_future().share();
  std::once_flag once;
  control_->on_window = [&](uint32_t, int64_t) {
    std::call_once(once, [&] { started.set_value(); });
    gone.wait();
    return absl::OkStatus();
  };
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0}, 1);
  started.get_future().wait();
  agent_->BeginSession();
  Announce("job");
  Ask("job", 0, {0}, 2);
  go.set_value();
  EXPECT_EQ(Answers(1).at(0).epoch(), 2u);
  EXPECT_EQ(control_->windows, 1);
}

TEST_F(AgentTest, AReleasedBlockIsReMadeWhenItComesBack) {
  Announce("job");
  for (int64_t step = 4; step < 6; ++step) {
    SendTheta("job", step);
    Ask("job", step, {0});
    Answers(1);
  }
  v1::CoordinatorMessage release;
  release.mutable_release()->set_job("job");
  release.mutable_release()->add_blocks(0);
  ASSERT_TRUE(agent_->Handle(release).ok());
  SendTheta("job", 6);
  Ask("job", 6, {0});
  const v1::WindowResult result = Answers(1).at(0);
  ExpectRight(result);
  EXPECT_EQ(result.replayed_inner_steps(), 20u);
}

TEST_F(AgentTest, AConfigThatCannotRunIsAPermanentFailure) {
  Announce("impossible");
  SendTheta("impossible", 0);
  Ask("impossible", 0, {3});
  const v1::WorkFailure failure = NextSent().failure();
  EXPECT_TRUE(failure.permanent());
  EXPECT_EQ(failure.block(), 3u);
  EXPECT_THAT(failure.message(), HasSubstr("no such task"));
}

TEST_F(AgentTest, AFailedWindowIsReportedAndTheBlockReMadeNextTime) {
  std::atomic<bool> fail = true;
  control_->on_window = [&](uint32_t, int64_t step) {
    return fail && step == 5 ? absl::InternalError("device fault") : absl::OkStatus();
  };
  Announce("job");
  SendTheta("job", 4);
  Ask("job", 4, {0});
  Answers(1);
  SendTheta("job", 5);
  Ask("job", 5, {0});
  const v1::WorkFailure failure = NextSent().failure();
  EXPECT_FALSE(failure.permanent());
  EXPECT_THAT(failure.message(), HasSubstr("device fault"));
  fail = false;
  Ask("job", 5, {0});
  ExpectRight(Answers(1).at(0));
}

TEST_F(AgentTest, AnExceptionOfTheEngineIsAFailureToo) {
  control_->on_window = [](uint32_t, int64_t) -> absl::Status { throw std::bad_alloc(); };
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0});
  EXPECT_TRUE(NextSent().has_failure());
}

TEST_F(AgentTest, ABlockThatTheJobDoesNotHaveIsAFailure) {
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {kFakeBlocks});
  EXPECT_THAT(NextSent().failure().message(), HasSubstr("the job has 8 blocks"));
}

TEST_F(AgentTest, AQuestionAboutAnotherThetaIsAFailure) {
  Announce("job");
  SendTheta("job", 0);
  v1::CoordinatorMessage message;
  message.mutable_run()->set_job("job");
  message.mutable_run()->set_theta_hash(12345);
  message.mutable_run()->add_blocks(0);
  ASSERT_TRUE(agent_->Handle(message).ok());
  EXPECT_THAT(NextSent().failure().message(), HasSubstr("asked for is 3039"));
}

TEST_F(AgentTest, DamagedThetaIsNotTakenButFetchedWhenNeeded) {
  Announce("job");
  v1::CoordinatorMessage message;
  *message.mutable_theta() = FakeThetaMessage("job", 0);
  message.mutable_theta()->mutable_values()->at(0) ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(agent_->Handle(message)));
  message.mutable_theta()->mutable_values()->pop_back();
  EXPECT_TRUE(absl::IsInvalidArgument(agent_->Handle(message)));
  Ask("job", 0, {0});
  ExpectRight(Answers(1).at(0));
  EXPECT_THAT(fetched_, ElementsAre(Pair(0, 0)));
}

TEST_F(AgentTest, MessagesAboutUnknownJobsAreRefused) {
  v1::CoordinatorMessage run, release, theta, nothing, end;
  run.mutable_run()->set_job("ghost");
  release.mutable_release()->set_job("ghost");
  *theta.mutable_theta() = FakeThetaMessage("ghost", 0);
  end.mutable_end()->set_job("ghost");
  for (const v1::CoordinatorMessage& message : {run, release, theta, nothing}) {
    EXPECT_TRUE(absl::IsInvalidArgument(agent_->Handle(message))) << message.DebugString();
  }
  EXPECT_TRUE(agent_->Handle(end).ok());
}

TEST_F(AgentTest, AnEndedJobIsForgotten) {
  Announce("job");
  SendTheta("job", 4);
  Ask("job", 4, {0});
  Answers(1);
  v1::CoordinatorMessage end;
  end.mutable_end()->set_job("job");
  ASSERT_TRUE(agent_->Handle(end).ok());
  Announce("job");
  SendTheta("job", 5);
  Ask("job", 5, {0});
  EXPECT_EQ(Answers(1).at(0).replayed_inner_steps(), 10u);
}

TEST_F(AgentTest, AJobAnnouncedWithAnotherConfigStartsAfresh) {
  Announce("job", 1);
  SendTheta("job", 0);
  Ask("job", 0, {0});
  Answers(1);
  Announce("job", 2);
  SendTheta("job", 0);
  Ask("job", 0, {0});
  Answers(1);
  EXPECT_EQ(control_->blocks_made, 2);
}

TEST_F(AgentTest, AJobWithAnotherHistoryStartsAfresh) {
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0});
  Answers(1);
  v1::CoordinatorMessage message;
  v1::Theta& theta = *message.mutable_theta();
  theta = FakeThetaMessage("job", 0);
  const std::vector<float> values = {42, 43};
  theta.set_values(FloatsToBytes(values));
  theta.set_hash(ThetaHash("job", 0, values));
  ASSERT_TRUE(agent_->Handle(message).ok());
  v1::CoordinatorMessage run;
  run.mutable_run()->set_job("job");
  run.mutable_run()->set_theta_hash(theta.hash());
  run.mutable_run()->add_blocks(0);
  ASSERT_TRUE(agent_->Handle(run).ok());
  EXPECT_EQ(Answers(1).at(0).particles(0).sum_plus(), 42);
}

TEST_F(AgentTest, DrainingFinishesWhatIsInProgressAndNothingElse) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> inside = 0;
  std::promise<void> both_inside;
  control_->on_window = [&](uint32_t, int64_t) {
    if (++inside == 2) both_inside.set_value();
    gone.wait();
    return absl::OkStatus();
  };
  Announce("job");
  SendTheta("job", 0);
  Ask("job", 0, {0, 1, 2, 3, 4});
  both_inside.get_future().wait();
  std::promise<size_t> drained;
  agent_->Drain([&] {
    std::lock_guard lock(mutex_);
    drained.set_value(sent_.size());
  });
  go.set_value();
  EXPECT_EQ(drained.get_future().get(), 2u);
  EXPECT_EQ(control_->windows, 2);
}

TEST_F(AgentTest, DrainingGivesUpAReplayAtTheNextWindow) {
  std::promise<void> started, go;
  std::shared_future<void> gone = go.get_future().share();
  std::once_flag once;
  control_->on_window = [&](uint32_t, int64_t) {
    std::call_once(once, [&] { started.set_value(); });
    gone.wait();
    return absl::OkStatus();
  };
  Announce("job");
  SendTheta("job", 7);
  Ask("job", 7, {0});
  started.get_future().wait();
  std::promise<void> drained;
  agent_->Drain([&] { drained.set_value(); });
  go.set_value();
  drained.get_future().wait();
  EXPECT_EQ(control_->windows, 1);
  EXPECT_TRUE(sent_.empty());
}

}  // namespace
}  // namespace paceline
