#include "coordinator/evaluate/submission.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/sim/fake_evaluators.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string FaultOf(v1::SubmitEvaluationRequest request) {
  const auto submission = CheckSubmission(std::move(request));
  EXPECT_TRUE(absl::IsInvalidArgument(submission.status())) << submission.status();
  return std::string(submission.status().message());
}

TEST(SubmissionTest, ThetaIsKnownByItsDigest) {
  const auto submission = CheckSubmission(ToyEvaluation());
  ASSERT_TRUE(submission.ok()) << submission.status();
  ASSERT_EQ(submission->learned.size(), 1u);
  EXPECT_EQ(submission->learned[0].title(), "learned");
  EXPECT_TRUE(submission->thetas.contains(submission->learned[0].theta_digest()));
}

TEST(SubmissionTest, AllFaultsOfTheSuiteAreListed) {
  v1::SubmitEvaluationRequest request = ToyEvaluation();
  request.mutable_suite()->add_baselines("adamm");
  request.mutable_suite()->set_seeds(0);
  EXPECT_THAT(FaultOf(request), AllOf(HasSubstr("adamm"), HasSubstr("seeds")));
}

TEST(SubmissionTest, DamagedBytesAreNamedByTheirOptimizer) {
  v1::SubmitEvaluationRequest request = ToyEvaluation();
  std::string& bytes = *request.mutable_optimizers(0)->mutable_safetensors();
  bytes[bytes.size() - 2] ^= 1;
  EXPECT_THAT(FaultOf(request), HasSubstr("optimizer learned: "));
  bytes.resize(bytes.size() / 2);
  EXPECT_THAT(FaultOf(request), HasSubstr("optimizer learned: "));
  bytes = "no tensors at all";
  EXPECT_THAT(FaultOf(request), HasSubstr("optimizer learned: "));
}

TEST(SubmissionTest, MoreThanACoordinatorTakesIsRefused) {
  v1::SubmitEvaluationRequest request = ToyEvaluation();
  request.mutable_suite()->mutable_tuning()->set_trials(100'000);
  request.mutable_suite()->clear_baselines();
  EXPECT_THAT(FaultOf(request), HasSubstr("units of work"));
  request = ToyEvaluation();
  for (int i = 0; i < 64; ++i) *request.add_optimizers() = request.optimizers(0);
  EXPECT_THAT(FaultOf(request), HasSubstr("at most 64 learned optimizers"));
  request = ToyEvaluation();
  request.mutable_optimizers(0)->set_title("");
  EXPECT_THAT(FaultOf(request), HasSubstr("title"));
}

}  // namespace
}  // namespace paceline
