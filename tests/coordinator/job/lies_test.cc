// Workers whose answers are none, too many or forged, beside some in order: the job goes on, and θ
// is what it would be without them.
#include <algorithm>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/job/fault_fixture.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- answers that are none

TEST_F(FaultTest, AnAnswerForAnothersBlockIsRefused) {
  const WorkerId honest = cluster_.Join("honest");
  const WorkerId thief = cluster_.Join("thief");
  cluster_.Submit(FaultConfig());
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
    const std::string job = cluster_.Submit(FaultConfig());
    EXPECT_LE(Run(job), seconds(5));
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(coordinator().Refusals(job)->of(refusal), 1u);
    const v1::JobDetail shown = *coordinator().Show(job);
    const auto told =
        std::ranges::find(shown.refusals(), NameOf(refusal), &v1::RefusalCount::refusal);
    ASSERT_NE(told, shown.refusals().end());
    EXPECT_EQ(told->count(), 1u);
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
    const std::string job = cluster_.Submit(FaultConfig());
    EXPECT_LE(Run(job), seconds(5));
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
  }
  ExpectUndisturbed();
}

// ---- floods

TEST_F(FaultTest, ContradictionsByTheThousandCostAFewEventsAndTheConnection) {
  const WorkerId honest = cluster_.Join("honest");
  const WorkerId flooder = cluster_.Join("flooder");
  cluster_.Submit(FaultConfig());
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
  cluster_.Submit(FaultConfig());
  for (int i = 0; i < 100; ++i) {
    const Answers answers = Take(shaky);
    ASSERT_FALSE(answers.empty());
    cluster_.Fail(shaky, answers[0], "for once");
    for (size_t other = 1; other < answers.size(); ++other) cluster_.Say(shaky, answers[other]);
    cluster_.Work("toy", 1);
    if (Ended("toy")) cluster_.Submit(FaultConfig());
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
  cluster_.Submit(FaultConfig());
  cluster_.Fail(worker, Take(worker)[0], "\x1b[2J" + std::string(60'000'000, 'x'));
  const auto events = store_.Events("toy", 0, 1000);
  for (const EventRow& event : *events) {
    EXPECT_LE(event.text.size(), 2000u);
    EXPECT_THAT(event.text, Not(AnyOf(HasSubstr("\x1b"), HasSubstr("\x07"))));
  }
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("xxx... (60000004 bytes)"));
}

// ---- everything at once

// 10,000 answers that are repeated, stale or forged in some way, between the right ones.
TEST_F(FaultTest, EachBlockIsCountedOnceAndEveryRefusalHasAName) {
  std::mt19937 random(1);
  const auto draw = [&random](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
  v1::JobConfig config = FaultConfig();
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
