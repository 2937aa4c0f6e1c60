#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

v1::StepScalars Step(int64_t step, double sum) {
  v1::StepScalars scalars;
  scalars.set_step(step);
  v1::CountedAnswer& answer = *scalars.add_answers();
  answer.set_block(3);
  answer.set_window(step - 1);
  answer.add_particles()->set_sum_plus(1);
  answer.add_particles()->set_sum_plus(sum);
  return scalars;
}

// Of two jobs the answers of whose second outer step differ.
class DiffTest : public CommandsTest {
 protected:
  DiffTest() {
    for (const char* job : {"one", "two"}) {
      service_.jobs[job] = Job(job, v1::JOB_STATE_SUCCEEDED, 3);
      service_.jobs[job].mutable_config()->set_name(job);
      service_.jobs[job].mutable_config()->set_seed(5);
      for (int64_t step = 0; step <= 3; ++step) {
        service_.digests[job][step] = "same-" + std::to_string(step);
      }
      service_.scalars[job] = {Step(1, 0.1), Step(2, 0.1), Step(3, 0.1)};
    }
    StartService();
  }
  void Part() {
    service_.scalars["two"][1] = Step(2, 0.1 + 1e-17 * 8);
    service_.digests["two"][2] = "other-2";
    service_.digests["two"][3] = "other-3";
  }
};

TEST_F(DiffTest, EqualRunsAreStatusZero) {
  EXPECT_EQ(RunWithService({"diff", "one", "two"}), 0) << err();
  EXPECT_EQ(out(),
            "one and two are equal: the same answers and theta in 3 outer steps\n"
            "theta of step 3 is the same: same-3\n");
}

TEST_F(DiffTest, RunsThatPartAreStatusOneAndSayWhereAndInWhat) {
  Part();
  EXPECT_EQ(RunWithService({"diff", "one", "two"}), 1) << err();
  EXPECT_EQ(out(),
            "one and two part at outer step 2 of 3\n"
            "first answer that differs: outer step 2, block 3, window 1, particle 1 of it\n"
            "  sum_plus: 0.10000000000000001 | 0.10000000000000009\n"
            "theta differs from step 2 on, and was the same before\n"
            "  theta of step 2: same-2 | other-2\n"
            "  theta of step 3: same-3 | other-3\n");
}

TEST_F(DiffTest, TheSameAsJson) {
  Part();
  EXPECT_EQ(RunWithService({"diff", "one", "two", "--json"}), 1) << err();
  const auto json = nlohmann::json::parse(out());
  EXPECT_EQ(json["equal"], false);
  EXPECT_EQ(json["compared_steps"], 1);
  EXPECT_EQ(json["answers"]["step"], 2);
  EXPECT_EQ(json["answers"]["particle"], 1);
  EXPECT_EQ(json["answers"]["field"], "sum_plus");
  EXPECT_EQ(json["theta"]["step"], 2);
  EXPECT_EQ(json["last_theta"]["b"], "other-3");
}

TEST_F(DiffTest, FieldsOfConfigsAreToldThatThetaDependsOnAndThatItDoesNot) {
  v1::JobConfig& config = *service_.jobs["two"].mutable_config();
  config.set_seed(6);
  config.set_checkpoint_every(9);
  EXPECT_EQ(RunWithService({"diff", "one", "two"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("their configs differ:\n  seed: 5 | 6\n"));
  EXPECT_THAT(out(), HasSubstr("their configs differ in what theta does not depend on:\n"
                               "  checkpoint_every: 0 | 9\n"));
}

TEST_F(DiffTest, WhatOnlyOneHasDoneIsNotCompared) {
  Part();
  service_.jobs["two"].mutable_summary()->set_step(1);
  EXPECT_EQ(RunWithService({"diff", "one", "two"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("outer steps done: 3 | 1; what only one has done is not compared"));
}

TEST_F(DiffTest, TheOtherRunMayBeOfAnotherCoordinator) {
  FakeJobService there;
  there.jobs["two"] = service_.jobs["two"];
  there.scalars["two"] = service_.scalars["two"];
  there.digests = service_.digests;
  there.digests["two"][0] = "other-0";
  for (int64_t step = 1; step <= 3; ++step) there.digests["two"][step] = "other";
  const RunningService running = Serve({&there});
  service_.jobs.erase("two");
  EXPECT_EQ(RunWithService({"diff", "one", "two", "--other", running.address}), 1) << err();
  EXPECT_THAT(out(), StartsWith("one at " + running_.address + " and two at " + running.address +
                                " part at outer step 0 of 3\n"));
  EXPECT_THAT(out(), HasSubstr("theta differs from the start\n"));
  EXPECT_EQ(RunWithService({"diff", "one", "two"}), 4) << "it is not here";
  running.server->Shutdown();
}

TEST_F(DiffTest, ACoordinatorThatDoesNotKnowTheRequestIsOneError) {
  service_.older = true;
  EXPECT_EQ(RunWithService({"diff", "one", "two"}), 3);
  EXPECT_EQ(out(), "");
  EXPECT_THAT(err(), HasSubstr("does not know this request"));
  EXPECT_THAT(err(), HasSubstr("another version"));
}

TEST_F(DiffTest, WrongUsageAndNobodyThere) {
  EXPECT_EQ(Run({"diff", "one"}), 2);
  EXPECT_EQ(RunWithService({"diff", "one", "two", "--other", "127.0.0.1:1"}), 3);
  EXPECT_THAT(err(), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace paceline
