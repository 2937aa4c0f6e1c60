// Answers that are compared with those of other workers.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/job/fault_fixture.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

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
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
  EXPECT_GE(coordinator().Show("toy")->audits(), 20u);
  EXPECT_EQ(coordinator().Show("toy")->audit_mismatches(), 0u);
}

TEST_F(AuditedTest, WhoConfirmsByTheThousandIsNotCutOff) {
  for (int i = 0; i < 2; ++i) Honest(cluster_.Join("honest"));
  v1::JobConfig config = FaultConfig();
  config.mutable_outer()->set_steps(1000);
  cluster_.Submit(config);
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  for (const WorkerId id : cluster_.ids()) EXPECT_TRUE(IsHere(id));
}

TEST_F(AuditedTest, AnOnlyWorkerIsNotAudited) {
  Honest(cluster_.Join("only"));
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(AuditedTest, AnAuditorThatNeverAnswersIsDoneWithout) {
  Honest(cluster_.Join("honest"));
  cluster_.Join("silent");
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
}

TEST_F(AuditedTest, ABlockWhoseOwnerAndAuditorNeverAnswerGoesToAThird) {
  for (int i = 0; i < 2; ++i) cluster_.Join("silent");
  cluster_.Submit(FaultConfig());
  cluster_.Quarter();
  Honest(cluster_.Join("honest"));
  EXPECT_LE(Run(), seconds(300));
  ExpectUndisturbed();
}

TEST_F(AuditedTest, AnAuditorThatIsLateAgainAndAgainCommitsNoOffence) {
  Honest(cluster_.Join("honest"));
  Honest(cluster_.Join("slow"), milliseconds(1500));
  v1::JobConfig config = FaultConfig();
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
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  ExpectUndisturbed();
  EXPECT_GE(Refused(Refusal::kOutvoted), 1u);
  EXPECT_GE(coordinator().Show("toy")->audit_mismatches(), 1u);
  EXPECT_GE(coordinator().Numbers().audits.mismatches, 1u);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("liar#1 is quarantined: two others agree"));
  EXPECT_THAT(cluster_.worker(liar).refused(), HasSubstr("two others agree"));
}

TEST_F(AuditedTest, WhereTwoDifferAndThereIsNoThirdItIsSaid) {
  Liar(cluster_.Join("liar"), LiePlausibly);
  Honest(cluster_.Join("honest"));
  cluster_.Submit(FaultConfig());
  EXPECT_LE(Run(), seconds(5));
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("nobody is left to ask: the first one counts"));
}

TEST_F(AuditedTest, WithoutAuditsALieThatCouldBeTrueIsNotNoticed) {
  cluster_.set_audit_rate(0);
  cluster_.Start();
  Liar(cluster_.Join("liar"), LiePlausibly);
  for (int i = 0; i < 2; ++i) Honest(cluster_.Join("honest"));
  cluster_.Submit(FaultConfig());
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_NE(cluster_.Hashes("toy"), Undisturbed()) << "the other tests of this file show nothing";
}

}  // namespace
}  // namespace paceline
