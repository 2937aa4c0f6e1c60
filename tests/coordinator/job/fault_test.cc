// Workers that are slow, silent or fail, and fingerprints that nobody has, beside some workers in
// order: the job goes on, and θ is what it would be without them.
#include "coordinator/job/set_aside.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/job/fault_fixture.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- slow and silent

TEST_F(FaultTest, AWorkerThatNeverAnswersIsWaitedForOnceOrTwiceWhateverItClaims) {
  for (const uint32_t threads : {1u, 4096u}) {
    SCOPED_TRACE(threads);
    cluster_.Start();
    acts_.clear();
    const WorkerId silent = cluster_.Join("silent", "cpu", threads);
    Honest(cluster_.Join("honest"));
    const std::string job = cluster_.Submit(FaultConfig());
    EXPECT_LE(Run(job), seconds(5));
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
    EXPECT_THAT(cluster_.Events(job), HasSubstr("silent#1 is late"));
    EXPECT_TRUE(cluster_.worker(silent).closed().empty());
  }
  ExpectUndisturbed();
}

TEST_F(FaultTest, ANewcomerThatNeverAnswersGetsAShareOfOneThread) {
  Honest(cluster_.Join("honest", "cpu", 2));
  cluster_.Submit(FaultConfig());
  for (int turn = 0; turn < 4; ++turn) {
    for (const auto& [id, act] : acts_) act();
  }
  const WorkerId silent = cluster_.Join("silent", "cpu", 4096);
  uint32_t most = 0;
  Acts(silent, [&] {
    const v1::ListWorkersReply reply = coordinator().ListWorkers();
    for (const auto& worker : reply.workers()) {
      if (worker.name() == "silent") most = std::max(most, worker.blocks());
    }
  });
  Run();
  EXPECT_LE(most, 2u) << "of four";
  ExpectUndisturbed();
}

TEST_F(FaultTest, AWorkerTenTimesAsSlowDoesNotHoldTheJobUp) {
  Honest(cluster_.Join("quick"), milliseconds(1000));
  const std::string alone = cluster_.Submit(FaultConfig("alone"));
  const seconds quick = Run(alone);
  Honest(cluster_.Join("slow"), milliseconds(10'000));
  cluster_.Submit(FaultConfig());
  const seconds both = Run();
  EXPECT_LE(both, quick * 3 / 2) << "it took " << quick.count() << " s without the slow one";
  ExpectUndisturbed();
}

TEST_F(FaultTest, AWorkerThatStopsForThreeLeasesAndGoesOnNeverCountsTwice) {
  Honest(cluster_.Join("steady"), milliseconds(250));
  const WorkerId sleeper = cluster_.Join("sleeper");
  SteadyTime asleep_until{};
  int sent = 0;
  Letters kept;
  Acts(sleeper, [&] {
    for (v1::WindowResult& answer : Take(sleeper)) {
      if (++sent == 6) asleep_until = cluster_.clock().Now() + 3 * kShortestLease;
      kept.emplace_back(asleep_until, std::move(answer));
    }
    while (!kept.empty() && kept.front().first <= cluster_.clock().Now()) {
      cluster_.Say(sleeper, kept.front().second);
      kept.erase(kept.begin());
    }
  });
  cluster_.Submit(FaultConfig());
  Run();
  ExpectUndisturbed();
  EXPECT_GE(sent, 6);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("sleeper#2 is late"));
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("quarantined")));
}

TEST_F(FaultTest, WhatTheSlowerOfTwoSaysOfTheStepBeforeIsCompared) {
  const WorkerId slow = cluster_.Join("slow");
  Honest(cluster_.Join("quick"));
  cluster_.Submit(FaultConfig());
  const Answers late = Take(slow);
  ASSERT_EQ(late.size(), 2u);
  const auto act = acts_;
  for (int quarter = 0; quarter < 100 && cluster_.Summary("toy").step() == 0; ++quarter) {
    for (const auto& [id, does] : act) does();
    cluster_.Quarter();
  }
  ASSERT_EQ(cluster_.Summary("toy").step(), 1);
  cluster_.Say(slow, late[0]);
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("differs from the one that counted")));
  v1::WindowResult altered = late[1];
  altered.mutable_particles(0)->set_sum_plus(1.5);
  cluster_.Say(slow, altered);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("differs from the one that counted"));
  Run();
  ExpectUndisturbed();
}

TEST_F(FaultTest, AHalfOpenConnectionIsGivenUpAndItsBlocksGoToOthers) {
  Honest(cluster_.Join("whole"));
  const WorkerId half = cluster_.Join("half");
  silent_.insert(half);
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  for (int quarter = 0; quarter < 20; ++quarter) cluster_.Quarter(silent_);
  EXPECT_THAT(cluster_.worker(half).closed(), HasSubstr("nothing was heard of it"));
  ExpectUndisturbed();
}

TEST_F(FaultTest, TheOnlyWorkerIsWaitedForHoweverLongItTakes) {
  const WorkerId only = cluster_.Join("only");
  Honest(only, seconds(200));
  cluster_.Submit(FaultConfig());
  Run("toy", std::chrono::hours(24));
  ExpectUndisturbed();
}

TEST_F(FaultTest, ABlockThatAllAreLateWithGoesToTheNextWhoJoins) {
  cluster_.Join("hung");
  cluster_.Submit(FaultConfig());
  for (int quarter = 0; quarter < 1000; ++quarter) cluster_.Quarter();
  EXPECT_EQ(cluster_.Summary("toy").step(), 0);
  Honest(cluster_.Join("honest"));
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(FaultTest, ABlockWhoseLateOwnerLeavesIsAskedOfOneWorker) {
  const WorkerId hung = cluster_.Join("hung");
  const std::string job = cluster_.Submit(FaultConfig());
  for (int quarter = 0; quarter < 400; ++quarter) cluster_.Quarter();
  ASSERT_THAT(cluster_.Events(job), HasSubstr("hung#1 is late"));
  const WorkerId first = cluster_.Join("first");
  EXPECT_EQ(Take(first).size(), 4u);
  for (int quarter = 0; quarter < 400; ++quarter) cluster_.Quarter();
  cluster_.Lose(hung);
  cluster_.Lose(first);
  const WorkerId second = cluster_.Join("second"), third = cluster_.Join("third");
  EXPECT_EQ(Take(second).size() + Take(third).size(), 4u);
}

TEST_F(FaultTest, ABlockWhoseHelperLeavesOrFailsIsAskedOfAnother) {
  cluster_.Join("hung");
  cluster_.Submit(FaultConfig());
  for (int quarter = 0; quarter < 400; ++quarter) cluster_.Quarter();
  const WorkerId first = cluster_.Join("first");
  EXPECT_EQ(Take(first).size(), 4u);
  const WorkerId second = cluster_.Join("second"), third = cluster_.Join("third");
  EXPECT_TRUE(Take(second).empty() && Take(third).empty());
  cluster_.Lose(first);
  const Answers failed = Take(second), others = Take(third);
  ASSERT_EQ(failed.size() + others.size(), 4u);
  ASSERT_FALSE(failed.empty());
  cluster_.Fail(second, failed.front(), "cannot");
  for (const v1::WindowResult& answer : others) cluster_.Say(third, answer);
  cluster_.Quarter();
  EXPECT_EQ(Take(third).size(), 1u);
}

TEST_F(FaultTest, WorkersThatLoseAQuestionEachHelpEachOther) {
  for (int i = 0; i < 2; ++i) {
    const WorkerId id = cluster_.Join("forgetful");
    Acts(id, [this, id, lost = false]() mutable {
      for (const v1::WindowResult& answer : Take(id)) {
        if (!std::exchange(lost, true)) continue;
        cluster_.Say(id, answer);
      }
    });
  }
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(10));
  ExpectUndisturbed();
}

TEST_F(FaultTest, WhatHoldsTheCoordinatorUpOrAPauseIsNobodysDelay) {
  const WorkerId first = cluster_.Join("first"), second = cluster_.Join("second");
  cluster_.Submit(FaultConfig());
  cluster_.Work("toy", 3);
  const Answers under_way = Take(first);
  ASSERT_FALSE(under_way.empty());
  cluster_.Quarter();
  cluster_.clock().Advance(std::chrono::hours(1));
  cluster_.Quarter();
  ASSERT_TRUE(coordinator().Pause("toy").ok());
  for (int quarter = 0; quarter < 100; ++quarter) cluster_.Quarter();
  ASSERT_TRUE(coordinator().Resume("toy").ok());
  cluster_.Quarter();
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("is late")));
  for (int quarter = 0; quarter < 5; ++quarter) cluster_.Quarter();
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("is late")) << "this test shows nothing";
  for (const v1::WindowResult& answer : under_way) cluster_.Say(first, answer);
  Honest(first);
  Honest(second);
  Run();
  ExpectUndisturbed();
}

// ---- failures

TEST_F(FaultTest, OneWorkersWordDoesNotEndAJob) {
  const WorkerId liar = cluster_.Join("liar");
  Acts(liar, [this, liar] {
    for (const v1::WindowResult& answer : Take(liar)) {
      if (IsHere(liar)) cluster_.Fail(liar, answer, "this job is impossible", true);
    }
  });
  Honest(cluster_.Join("honest"));
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("liar#1 gets no more of this job"));
}

TEST_F(FaultTest, AFailureOfABlockThatItWasNotAskedForCountsAgainstItsSender) {
  Honest(cluster_.Join("honest"));
  const WorkerId liar = cluster_.Join("liar");
  Acts(liar, [this, liar] {
    v1::WindowResult about;
    about.set_job("toy");
    about.set_step(cluster_.Summary("toy").step());
    for (uint32_t block = 0; block < 4; ++block) {
      about.set_block(block);
      if (IsHere(liar)) cluster_.Fail(liar, about, "no", true);
    }
  });
  cluster_.Submit(FaultConfig());
  Run();
  ExpectUndisturbed();
  EXPECT_GE(Refused(Refusal::kFalseFailure), 1u);
}

// ---- fingerprints

TEST_F(FaultTest, AJobIsNotHeldByTheFingerprintOfSomebodyWhoNeverAnswers) {
  cluster_.Join("squatter", "made up");
  Honest(cluster_.Join("honest", "cpu"));
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), kFirstLease + seconds(15));
  ExpectUndisturbed();
  EXPECT_EQ(coordinator().Show("toy")->fingerprint(), "cpu");
}

TEST_F(FaultTest, AJobWhoseFingerprintIsGoneIsSetAsideAndGoesOnByItself) {
  const WorkerId squatter = cluster_.Join("squatter", "made up");
  const std::string held = cluster_.Submit(FaultConfig());
  cluster_.Work(held, 1);
  cluster_.Lose(squatter);
  Honest(cluster_.Join("honest", "cpu"));
  const std::string next = cluster_.Submit(FaultConfig("next"));
  EXPECT_EQ(cluster_.State(next), v1::JOB_STATE_QUEUED);
  EXPECT_LE(Run(next), kSetAsideAfter + seconds(5));
  EXPECT_EQ(cluster_.State(next), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(cluster_.State(held), v1::JOB_STATE_QUEUED);
  EXPECT_THAT(cluster_.Summary(held).message(), HasSubstr("set aside after 60 s"));
  EXPECT_THAT(cluster_.Summary(held).message(), HasSubstr("the job's fingerprint made up"));
  cluster_.Start();
  acts_.clear();
  Honest(cluster_.Join("late", "made up"));
  Run(held);
  ExpectUndisturbed();
}

TEST_F(FaultTest, AJobThatWasSetAsideIsNextWhenItsWorkerComes) {
  const WorkerId first = cluster_.Join("first", "a");
  cluster_.Submit(FaultConfig());
  cluster_.Work("toy", 1);
  cluster_.Lose(first);
  Honest(cluster_.Join("other", "b"));
  v1::JobConfig longer = FaultConfig("longer");
  longer.mutable_outer()->set_steps(1000);
  cluster_.Submit(longer);
  cluster_.Submit(FaultConfig("last"));
  for (int quarter = 0; quarter < 400; ++quarter) cluster_.Quarter();
  ASSERT_EQ(cluster_.State("longer"), v1::JOB_STATE_RUNNING);
  Honest(cluster_.Join("second", "a"));
  Run("longer");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(cluster_.State("last"), v1::JOB_STATE_QUEUED);
  Run();
  ExpectUndisturbed();
}

TEST_F(FaultTest, WhereNobodyElseCouldWorkAJobIsNotSetAside) {
  const WorkerId first = cluster_.Join("first", "a");
  cluster_.Submit(FaultConfig());
  cluster_.Work("toy", 1);
  cluster_.Lose(first);
  cluster_.Submit(FaultConfig("next"));
  for (int quarter = 0; quarter < 400; ++quarter) cluster_.Quarter();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
}

}  // namespace
}  // namespace paceline
