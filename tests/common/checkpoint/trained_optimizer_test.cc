#include "common/checkpoint/trained_optimizer.h"

#include <limits>

#include "common/base/digest.h"
#include "common/checkpoint/theta_leaves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/checkpoint/optimizers.h"

namespace paceline {
namespace {

using testing::ExpectSame;
using ::testing::HasSubstr;

class TrainedOptimizerTest : public ::testing::Test {
 protected:
  void ExpectRefusal(absl::StatusCode code, const std::string& words) {
    const auto read = ToTrainedOptimizer(file_);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.status().code(), code);
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(words));
  }
  void SetTheta(std::vector<float> theta) {
    file_.tensors = ToLeaves(LayoutOf(trained_.optimizer), theta);
    file_.metadata["digest"] = ThetaDigest(theta);
  }
  void SetConfig(const std::string& config) {
    file_.metadata["config"] = config;
    file_.metadata["config_digest"] = Sha256Hex(config);
  }

  const TrainedOptimizer trained_ = testing::Trained("{adafac_mlp: {hidden: 4}}");
  TensorFile file_ = *ParseSafetensors(SerializeTrainedOptimizer(trained_));
};

TEST_F(TrainedOptimizerTest, IsReadAsItWasWritten) {
  const auto read = ToTrainedOptimizer(file_);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, trained_);
  EXPECT_EQ(SerializeTrainedOptimizer(*read), SerializeTrainedOptimizer(trained_));
}

TEST_F(TrainedOptimizerTest, OneThatNoJobTrainedSaysWhereItCameFrom) {
  TrainedOptimizer imported = testing::Untrained("{mlp_lopt: {hidden: 3}}");
  imported.origin = "somewhere";
  const auto read = ParseTrainedOptimizer(SerializeTrainedOptimizer(imported));
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, imported);
  EXPECT_EQ(read->origin, "somewhere");
}

TEST_F(TrainedOptimizerTest, SaysInItsMetadataAllThatAUserMustKnow) {
  EXPECT_EQ(file_.metadata.at("format"), "paceline-theta-2");
  EXPECT_EQ(file_.metadata.at("optimizer"), "adafac_mlp");
  EXPECT_THAT(file_.metadata.at("constants"),
              HasSubstr(R"({"adafac_mlp": {"hidden": 4, "layers": 2, "step_multiplier": 0.001)"));
  EXPECT_EQ(file_.metadata.at("digest"), ThetaDigest(trained_.theta));
  EXPECT_EQ(file_.metadata.at("job"), "tiny");
  EXPECT_EQ(file_.metadata.at("step"), "3");
  EXPECT_EQ(file_.metadata.at("config_digest"), Sha256Hex(file_.metadata.at("config")));
  EXPECT_THAT(file_.metadata.at("build"), HasSubstr("paceline 0."));
  const ParsedConfig config = ParseConfig(file_.metadata.at("config"), "metadata");
  EXPECT_TRUE(config.faults.empty());
}

TEST_F(TrainedOptimizerTest, AFileOfSomethingElseIsRefused) {
  file_.metadata.clear();
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "a file that `paceline export` writes");
  file_.metadata["format"] = "pt";
  ExpectRefusal(absl::StatusCode::kInvalidArgument,
                R"(its format is "pt"; "paceline-theta-2" is expected)");
}

TEST_F(TrainedOptimizerTest, AFileOfAnOlderPacelineIsRefusedWithTheWayOut) {
  file_.metadata["format"] = "paceline-theta-1";
  file_.metadata.erase("constants");
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "paceline import FILE --optimizer CONFIG");
}

TEST_F(TrainedOptimizerTest, AMissingTensorIsNamed) {
  file_.tensors.erase("rms_decays");
  ExpectRefusal(absl::StatusCode::kInvalidArgument,
                R"(no tensor "rms_decays", float32 [1]; this adafac_mlp has 9 leaves, 197 values)");
}

TEST_F(TrainedOptimizerTest, ATensorTooManyIsNamed) {
  file_.tensors["nn/~/w3"] = Tensor::F32({1}, std::vector<float>{1});
  ExpectRefusal(absl::StatusCode::kInvalidArgument, R"("nn/~/w3" that is none of theta's)");
}

TEST_F(TrainedOptimizerTest, ATensorOfAnotherShapeOrTypeIsNamedWithWhatWasExpected) {
  file_.tensors["rms_decays"] = Tensor::F32({2}, std::vector<float>(2));
  ExpectRefusal(absl::StatusCode::kInvalidArgument,
                R"("rms_decays" is F32 [2]; float32 (F32) [1] is expected)");
  file_.tensors["rms_decays"] = {DType::kI32, {1}, "abcd"};
  ExpectRefusal(absl::StatusCode::kInvalidArgument, R"("rms_decays" is I32 [1])");
}

TEST_F(TrainedOptimizerTest, ACheckpointOfAnotherArchitectureIsRefused) {
  file_.metadata["constants"] = R"({"adafac_mlp": {"hidden": 8}})";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, R"("nn/~/b0" is F32 [4])");
  file_.metadata["constants"] = R"({"mlp_lopt": {"hidden": 4}})";
  ExpectRefusal(absl::StatusCode::kInvalidArgument,
                R"(constants of mlp_lopt, but names the optimizer "adafac_mlp")");
  file_.metadata["constants"] = R"({"adafac_mlp": {"hidden": 4, "step_multiplier": 0.5}})";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "but its training config has");
}

TEST_F(TrainedOptimizerTest, ConstantsThatCannotBeReadAreRefused) {
  file_.metadata["constants"] = R"({"adafac_mlp": {"hidden": 0}})";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "adafac_mlp.hidden");
  file_.metadata["constants"] = "[";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "the constants in its metadata:1:");
}

TEST_F(TrainedOptimizerTest, AChangedValueIsNoticed) {
  file_.tensors["rms_decays"] = Tensor::F32({1}, std::vector<float>{0.5f});
  ExpectRefusal(absl::StatusCode::kDataLoss, "digest");
}

TEST_F(TrainedOptimizerTest, AValueThatIsNotFiniteIsRefused) {
  std::vector<float> theta = trained_.theta;
  theta[1] = std::numeric_limits<float>::quiet_NaN();
  SetTheta(theta);
  ExpectRefusal(absl::StatusCode::kInvalidArgument,
                R"("adafactor_decays" has the value nan at element 1)");
  theta[1] = -std::numeric_limits<float>::infinity();
  SetTheta(theta);
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "the value -inf");
}

TEST_F(TrainedOptimizerTest, ATrainingConfigThatIsDamagedOrWrongIsRefused) {
  file_.metadata["config"] += "\n";
  ExpectRefusal(absl::StatusCode::kDataLoss, "its training config has the digest");
  SetConfig("{\"name\": 7, \"optimizer\": ");
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "the training config in its metadata:1:");
  SetConfig("name: tiny\n");
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "the training config in its metadata");
  file_.metadata.erase("config_digest");
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "config_digest");
}

TEST_F(TrainedOptimizerTest, AStepThatIsNoNumberIsRefused) {
  for (const char* step : {"many", "-1", "3 ", "99999999999999999999", ""}) {
    file_.metadata["step"] = step;
    ExpectRefusal(absl::StatusCode::kInvalidArgument, "not a number of outer steps");
  }
}

TEST_F(TrainedOptimizerTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ReadTrainedOptimizer("/nowhere/a.safetensors").status()));
}

}  // namespace
}  // namespace paceline
