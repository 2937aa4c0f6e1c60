// Workers that are slow, silent, broken or lie, beside some in order: the job goes on, and θ is
// what it would be without them.
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>

#include "coordinator/job/set_aside.h"
#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Answers = std::vector<v1::WindowResult>;
// What a worker makes of the right answers before it sends them.
using Spoil = std::function<void(v1::WindowResult&)>;

v1::JobConfig Config(const std::string& name = "toy") {
  v1::JobConfig config = ToyConfig(name);
  config.mutable_outer()->set_steps(20);
  return config;
}

const std::vector<uint64_t>& Undisturbed() {
  static const std::vector<uint64_t> hashes = [] {
    TemporaryFolder folder;
    MemoryStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    cluster.Join();
    cluster.Work(cluster.Submit(Config()));
    return cluster.Hashes("toy");
  }();
  return hashes;
}

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }

  Coordinator& coordinator() { return cluster_.coordinator(); }
  bool IsHere(WorkerId id) {
    return std::ranges::count(cluster_.ids(), id) > 0 && cluster_.worker(id).closed().empty();
  }
  Answers Take(WorkerId id) {
    return IsHere(id) ? cluster_.worker(id).Answers(coordinator()) : Answers();
  }
  uint64_t Refused(Refusal refusal) { return coordinator().Refusals("toy")->of(refusal); }

  // A worker answers its questions one after the other, each after `window`; by default at once.
  void Honest(WorkerId id, milliseconds window = milliseconds(0)) {
    Acts(id, [this, id, window, free = SteadyTime{}, due = Letters()]() mutable {
      for (v1::WindowResult& answer : Take(id)) {
        free = std::max(free, cluster_.clock().Now()) + window;
        due.emplace_back(free, std::move(answer));
      }
      while (!due.empty() && due.front().first <= cluster_.clock().Now()) {
        if (IsHere(id)) cluster_.Say(id, due.front().second);
        due.erase(due.begin());
      }
    });
  }
  void Liar(WorkerId id, const Spoil& spoil) {
    Acts(id, [this, id, spoil] {
      for (v1::WindowResult& answer : Take(id)) {
        spoil(answer);
        if (IsHere(id)) cluster_.Say(id, answer);
      }
    });
  }
  void Acts(WorkerId id, std::function<void()> act) { acts_[id] = std::move(act); }

  // Everybody acts every quarter of a second until the job has ended. The time that passed.
  seconds Run(const std::string& job = "toy", seconds limit = seconds(3600)) {
    const SteadyTime begin = cluster_.clock().Now();
    while (cluster_.clock().Now() - begin < limit) {
      for (int turn = 0; turn < 4; ++turn) {
        for (const auto& [id, act] : acts_) act();
      }
      if (Ended(job)) break;
      cluster_.Quarter(silent_);
    }
    return std::chrono::duration_cast<seconds>(cluster_.clock().Now() - begin);
  }
  bool Ended(const std::string& job) {
    const v1::JobState state = cluster_.State(job);
    return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED;
  }
  void ExpectUndisturbed() {
    EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster_.Events("toy");
    EXPECT_EQ(cluster_.Hashes("toy"), Undisturbed());
  }

  using Letters = std::vector<std::pair<SteadyTime, v1::WindowResult>>;
  TemporaryFolder folder_;
  MemoryStore store_;
  FakeCluster cluster_{store_, folder_.path()};
  std::map<WorkerId, std::function<void()>> acts_;
  std::set<WorkerId> silent_;
};

// ---- slow and silent

TEST_F(FaultTest, AWorkerThatNeverAnswersIsWaitedForOnceOrTwiceWhateverItClaims) {
  for (const uint32_t threads : {1u, 4096u}) {
    SCOPED_TRACE(threads);
    cluster_.Start();
    acts_.clear();
    const WorkerId silent = cluster_.Join("silent", "cpu", threads);
    Honest(cluster_.Join("honest"));
    const std::string job = cluster_.Submit(Config());
    EXPECT_LE(Run(job), seconds(5));
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
    EXPECT_THAT(cluster_.Events(job), HasSubstr("silent#1 is late"));
    EXPECT_TRUE(cluster_.worker(silent).closed().empty());
  }
  ExpectUndisturbed();
}

TEST_F(FaultTest, ANewcomerThatNeverAnswersGetsAShareOfOneThread) {
  Honest(cluster_.Join("honest", "cpu", 2));
  cluster_.Submit(Config());
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
  const std::string alone = cluster_.Submit(Config("alone"));
  const seconds quick = Run(alone);
  Honest(cluster_.Join("slow"), milliseconds(10'000));
  cluster_.Submit(Config());
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
  cluster_.Submit(Config());
  Run();
  ExpectUndisturbed();
  EXPECT_GE(sent, 6);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("sleeper#2 is late"));
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("quarantined")));
}

TEST_F(FaultTest, WhatTheSlowerOfTwoSaysOfTheStepBeforeIsCompared) {
  const WorkerId slow = cluster_.Join("slow");
  Honest(cluster_.Join("quick"));
  cluster_.Submit(Config());
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
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(5));
  for (int quarter = 0; quarter < 20; ++quarter) cluster_.Quarter(silent_);
  EXPECT_THAT(cluster_.worker(half).closed(), HasSubstr("nothing was heard of it"));
  ExpectUndisturbed();
}

TEST_F(FaultTest, TheOnlyWorkerIsWaitedForHoweverLongItTakes) {
  const WorkerId only = cluster_.Join("only");
  Honest(only, seconds(200));
  cluster_.Submit(Config());
  Run("toy", std::chrono::hours(24));
  ExpectUndisturbed();
}

TEST_F(FaultTest, ABlockThatAllAreLateWithGoesToTheNextWhoJoins) {
  cluster_.Join("hung");
  cluster_.Submit(Config());
  for (int quarter = 0; quarter < 1000; ++quarter) cluster_.Quarter();
  EXPECT_EQ(cluster_.Summary("toy").step(), 0);
  Honest(cluster_.Join("honest"));
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(FaultTest, ABlockWhoseLateOwnerLeavesIsAskedOfOneWorker) {
  const WorkerId hung = cluster_.Join("hung");
  const std::string job = cluster_.Submit(Config());
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
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(10));
  ExpectUndisturbed();
}

TEST_F(FaultTest, WhatHoldsTheCoordinatorUpOrAPauseIsNobodysDelay) {
  const WorkerId first = cluster_.Join("first"), second = cluster_.Join("second");
  cluster_.Submit(Config());
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

// ---- answers that are none

TEST_F(FaultTest, AnAnswerForAnothersBlockIsRefused) {
  const WorkerId honest = cluster_.Join("honest");
  const WorkerId thief = cluster_.Join("thief");
  cluster_.Submit(Config());
  for (v1::WindowResult stolen : Take(honest)) {
    v1::WindowResult altered = stolen;
    altered.mutable_particles(0)->set_sum_plus(1.5);
    for (int again = 0; again < 2; ++again) {
      if (IsHere(thief)) cluster_.Say(thief, altered);
    }
    cluster_.Say(honest, stolen);
  }
  EXPECT_EQ(Refused(Refusal::kNoLease), static_cast<uint64_t>(kMaxViolations));
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("no_lease"));
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("thief#2 is quarantined"));
  Honest(honest);
  Run();
  ExpectUndisturbed();
}

TEST_F(FaultTest, NumbersThatCannotBeQuarantineTheirSenderAtOnce) {
  const std::pair<double, Refusal> cases[] = {
      {1e30, Refusal::kOutOfRange},
      {-1e30, Refusal::kOutOfRange},
      {1.7e308, Refusal::kOutOfRange},
      {std::numeric_limits<double>::infinity(), Refusal::kNotFinite},
      {std::numeric_limits<double>::quiet_NaN(), Refusal::kNotFinite},
  };
  for (const auto& [value, refusal] : cases) {
    SCOPED_TRACE(value);
    cluster_.Start();
    acts_.clear();
    const WorkerId liar = cluster_.Join("liar");
    Liar(liar, [bad = value](v1::WindowResult& r) { r.mutable_particles(1)->set_sum_plus(bad); });
    Honest(cluster_.Join("honest"));
    const std::string job = cluster_.Submit(Config());
    EXPECT_LE(Run(job), seconds(5));
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(coordinator().Refusals(job)->of(refusal), 1u);
    EXPECT_THAT(cluster_.worker(liar).refused(), HasSubstr("quarantined"));
  }
  ExpectUndisturbed();
}

TEST_F(FaultTest, AnswersToOtherQuestionsForEverAreAsGoodAsSilence) {
  const std::pair<const char*, Spoil> cases[] = {
      {"old epoch", [](v1::WindowResult& r) { r.set_epoch(1); }},
      {"epoch of the future", [](v1::WindowResult& r) { r.set_epoch(r.epoch() + 1); }},
      {"no such block", [](v1::WindowResult& r) { r.set_block(77); }},
      {"old step", [](v1::WindowResult& r) { r.set_step(r.step() - 1); }},
      {"step of the future", [](v1::WindowResult& r) { r.set_step(r.step() + 1); }},
      {"another θ", [](v1::WindowResult& r) { r.set_theta_hash(1); }},
      {"no particles", [](v1::WindowResult& r) { r.clear_particles(); }},
      {"too many steps",
       [](v1::WindowResult& r) { r.mutable_particles(0)->set_trained_steps(99); }},
      {"another job", [](v1::WindowResult& r) { r.set_job("other"); }},
  };
  for (const auto& [name, spoil] : cases) {
    SCOPED_TRACE(name);
    cluster_.Start();
    acts_.clear();
    const WorkerId liar = cluster_.Join("liar");
    Answers kept;
    Acts(liar, [&, spoil = spoil] {
      for (v1::WindowResult& answer : Take(liar)) kept.push_back(std::move(answer));
      for (v1::WindowResult answer : kept) {
        spoil(answer);
        if (IsHere(liar)) cluster_.Say(liar, answer);
      }
    });
    Honest(cluster_.Join("honest"));
    const std::string job = cluster_.Submit(Config());
    EXPECT_LE(Run(job), seconds(5));
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
  }
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
  cluster_.Submit(Config());
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
  cluster_.Submit(Config());
  Run();
  ExpectUndisturbed();
  EXPECT_GE(Refused(Refusal::kFalseFailure), 1u);
}

// ---- fingerprints

TEST_F(FaultTest, AJobIsNotHeldByTheFingerprintOfSomebodyWhoNeverAnswers) {
  cluster_.Join("squatter", "made up");
  Honest(cluster_.Join("honest", "cpu"));
  cluster_.Submit(Config());
  EXPECT_LE(Run(), kFirstLease + seconds(15));
  ExpectUndisturbed();
  EXPECT_EQ(coordinator().Show("toy")->fingerprint(), "cpu");
}

TEST_F(FaultTest, AJobWhoseFingerprintIsGoneIsSetAsideAndGoesOnByItself) {
  const WorkerId squatter = cluster_.Join("squatter", "made up");
  const std::string held = cluster_.Submit(Config());
  cluster_.Work(held, 1);
  cluster_.Lose(squatter);
  Honest(cluster_.Join("honest", "cpu"));
  const std::string next = cluster_.Submit(Config("next"));
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
  cluster_.Submit(Config());
  cluster_.Work("toy", 1);
  cluster_.Lose(first);
  Honest(cluster_.Join("other", "b"));
  v1::JobConfig longer = Config("longer");
  longer.mutable_outer()->set_steps(1000);
  cluster_.Submit(longer);
  cluster_.Submit(Config("last"));
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
  cluster_.Submit(Config());
  cluster_.Work("toy", 1);
  cluster_.Lose(first);
  cluster_.Submit(Config("next"));
  for (int quarter = 0; quarter < 400; ++quarter) cluster_.Quarter();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
}

// ---- floods

TEST_F(FaultTest, ContradictionsByTheThousandCostAFewEventsAndTheConnection) {
  const WorkerId honest = cluster_.Join("honest");
  const WorkerId flooder = cluster_.Join("flooder");
  cluster_.Submit(Config());
  const Answers answers = Take(flooder);
  ASSERT_FALSE(answers.empty());
  int sent = 0;
  for (; sent < 5000 && IsHere(flooder); ++sent) {
    v1::WindowResult answer = answers[0];
    answer.mutable_particles(0)->set_sum_plus(sent / 5000.0);
    cluster_.Say(flooder, answer);
  }
  EXPECT_LE(sent, WorkerLinks::kUselessMessages.most + 10);
  EXPECT_THAT(cluster_.worker(flooder).closed(), HasSubstr("cut off"));
  EXPECT_LE(store_.Events("toy", 0, 1'000'000)->size(), 20u);
  Honest(honest);
  Run();
  ExpectUndisturbed();
}

TEST_F(FaultTest, EventsThatAreLeftOutAreCountedInOneLine) {
  const WorkerId shaky = cluster_.Join("shaky");
  cluster_.Submit(Config());
  for (int i = 0; i < 100; ++i) {
    const Answers answers = Take(shaky);
    ASSERT_FALSE(answers.empty());
    cluster_.Fail(shaky, answers[0], "for once");
    for (size_t other = 1; other < answers.size(); ++other) cluster_.Say(shaky, answers[other]);
    cluster_.Work("toy", 1);
    if (Ended("toy")) cluster_.Submit(Config());
  }
  for (int quarter = 0; quarter < 80; ++quarter) cluster_.Quarter();
  std::string events;
  const v1::ListReply list = coordinator().List();
  for (const auto& job : list.jobs()) events += cluster_.Events(job.job());
  EXPECT_THAT(events, HasSubstr("more events of workers are left out"));
  EXPECT_LE(store_.Events("toy", 0, 1'000'000)->size(), 40u);
}

TEST_F(FaultTest, TextsOfWorkersAreCutAndCleaned) {
  const WorkerId worker = cluster_.Join(
      "\x1b]0;evil\x07"
      "name");
  cluster_.Submit(Config());
  cluster_.Fail(worker, Take(worker)[0], "\x1b[2J" + std::string(60'000'000, 'x'));
  const auto events = store_.Events("toy", 0, 1000);
  for (const EventRow& event : *events) {
    EXPECT_LE(event.text.size(), 2000u);
    EXPECT_THAT(event.text, Not(AnyOf(HasSubstr("\x1b"), HasSubstr("\x07"))));
  }
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("xxx... (60000004 bytes)"));
}

// ---- second opinions

class AuditedTest : public FaultTest {
 protected:
  void SetUp() override {
    cluster_.set_audit_rate(1);
    FaultTest::SetUp();
  }
  static void LiePlausibly(v1::WindowResult& result) {
    result.mutable_particles(0)->set_sum_plus(result.particles(0).sum_plus() * 0.5);
  }
};

TEST_F(AuditedTest, AuditsDoNotChangeTheResult) {
  for (int i = 0; i < 3; ++i) Honest(cluster_.Join("honest"));
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(AuditedTest, WhoConfirmsByTheThousandIsNotCutOff) {
  for (int i = 0; i < 2; ++i) Honest(cluster_.Join("honest"));
  v1::JobConfig config = Config();
  config.mutable_outer()->set_steps(1000);
  cluster_.Submit(config);
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  for (const WorkerId id : cluster_.ids()) EXPECT_TRUE(IsHere(id));
}

TEST_F(AuditedTest, AnOnlyWorkerIsNotAudited) {
  Honest(cluster_.Join("only"));
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(AuditedTest, AnAuditorThatNeverAnswersIsDoneWithout) {
  Honest(cluster_.Join("honest"));
  cluster_.Join("silent");
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(AuditedTest, AnAuditorThatIsLateAgainAndAgainCommitsNoOffence) {
  Honest(cluster_.Join("honest"));
  Honest(cluster_.Join("slow"), milliseconds(1500));
  v1::JobConfig config = Config();
  config.mutable_outer()->set_steps(200);
  cluster_.Submit(config);
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("slow#2 is late"));
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("quarantined")));
  EXPECT_EQ(Refused(Refusal::kNoLease), 0u);
}

TEST_F(AuditedTest, WhoComputesOtherwiseThanTwoOthersIsOutvoted) {
  const WorkerId liar = cluster_.Join("liar");
  Liar(liar, LiePlausibly);
  for (int i = 0; i < 2; ++i) Honest(cluster_.Join("honest"));
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
  EXPECT_GE(Refused(Refusal::kOutvoted), 1u);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("liar#1 is quarantined: two others agree"));
  EXPECT_THAT(cluster_.worker(liar).refused(), HasSubstr("two others agree"));
}

TEST_F(AuditedTest, WhereTwoDifferAndThereIsNoThirdItIsSaid) {
  Liar(cluster_.Join("liar"), LiePlausibly);
  Honest(cluster_.Join("honest"));
  cluster_.Submit(Config());
  EXPECT_LE(Run(), seconds(5));
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("nobody is left to ask: the first one counts"));
}

TEST_F(AuditedTest, WithoutAuditsALieThatCouldBeTrueIsNotNoticed) {
  cluster_.set_audit_rate(0);
  cluster_.Start();
  Liar(cluster_.Join("liar"), LiePlausibly);
  for (int i = 0; i < 2; ++i) Honest(cluster_.Join("honest"));
  cluster_.Submit(Config());
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_NE(cluster_.Hashes("toy"), Undisturbed()) << "the other tests of this file show nothing";
}

// ---- everything at once

// 10,000 answers that are repeated, stale or forged in some way, between the right ones.
TEST_F(FaultTest, EachBlockIsCountedOnceAndEveryRefusalHasAName) {
  std::mt19937 random(1);
  const auto draw = [&random](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
  v1::JobConfig config = Config();
  config.mutable_outer()->set_steps(20);
  const WorkerId first = cluster_.Join("first"), second = cluster_.Join("second");
  cluster_.Submit(config);
  Answers seen;
  uint64_t forged = 0;
  const auto forge = [&] {
    v1::WindowResult letter = seen[draw(static_cast<uint32_t>(seen.size()))];
    switch (draw(5)) {
      case 0:
        letter.set_epoch(draw(1000));
        break;
      case 1:
        letter.set_block(draw(8));
        break;
      case 2:
        letter.set_step(draw(20));
        break;
      case 3:
        letter.mutable_particles(0)->set_sum_plus(draw(2) ? 1e30 : 0.125);
        break;
      case 4:
        break;
    }
    const WorkerId forger = cluster_.Join("forger");
    cluster_.Say(forger, letter);
    ++forged;
    if (IsHere(forger)) cluster_.Lose(forger);
  };
  for (int turn = 0; turn < 1000 && !Ended("toy"); ++turn) {
    for (const WorkerId id : {first, second}) {
      for (const v1::WindowResult& answer : Take(id)) {
        seen.push_back(answer);
        for (int i = 0; i < 125 && forged < 10'000; ++i) forge();
        cluster_.Say(id, answer);
      }
    }
    cluster_.clock().Advance(seconds(1));
  }
  EXPECT_GE(forged, 9000u);
  ExpectUndisturbed();
  const RefusalCounts refused = *coordinator().Refusals("toy");
  EXPECT_LE(refused.total(), forged);
  EXPECT_GE(refused.total(), forged * 9 / 10) << "few are plain repetitions: " << refused.ToText();
  for (Refusal kind : {Refusal::kLate, Refusal::kNoLease, Refusal::kNoSuchBlock,
                       Refusal::kOutOfRange, Refusal::kFutureStep, Refusal::kOtherTheta}) {
    EXPECT_GT(refused.of(kind), 0u) << NameOf(kind);
  }
}

}  // namespace
}  // namespace paceline
