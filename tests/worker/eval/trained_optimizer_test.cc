#include "worker/eval/trained_optimizer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/eval/small_optimizers.h"

namespace paceline {
namespace {

using testing::HasSubstr;

class TrainedOptimizerTest : public testing::Test {
 protected:
  void ExpectRefusal(absl::StatusCode code, const std::string& words) {
    const auto read = ToTrainedOptimizer(file_);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.status().code(), code);
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(words));
  }

  const TrainedOptimizer trained_ =
      SmallOptimizer({"optimizer={adafac_mlp: {hidden: 4}}", "outer.steps=12"});
  TensorFile file_ = FileOf(trained_);
};

TEST_F(TrainedOptimizerTest, IsReadAsItWasWritten) {
  const auto read = ToTrainedOptimizer(file_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->job, "tiny");
  EXPECT_EQ(read->step, 3);
  EXPECT_EQ(read->theta, trained_.theta);
  EXPECT_EQ(read->config.SerializeAsString(), trained_.config.SerializeAsString());
}

TEST_F(TrainedOptimizerTest, AFileOfSomethingElseIsRefused) {
  file_.metadata.clear();
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "paceline export");
}

TEST_F(TrainedOptimizerTest, AMissingTensorIsNamed) {
  file_.tensors.erase("rms_decays");
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "rms_decays");
}

TEST_F(TrainedOptimizerTest, ATensorOfAnotherShapeIsNamed) {
  const std::vector<float> values(2);
  file_.tensors["rms_decays"] = Tensor::F32({2}, values);
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "rms_decays");
}

TEST_F(TrainedOptimizerTest, AChangedValueIsNoticed) {
  const std::vector<float> values = {0.5f};
  file_.tensors["rms_decays"] = Tensor::F32({1}, values);
  ExpectRefusal(absl::StatusCode::kDataLoss, "digest");
}

TEST_F(TrainedOptimizerTest, AConfigThatCannotBeReadIsRefused) {
  file_.metadata["config"] = "{\"name\": 7, \"optimizer\": ";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "config");
}

TEST_F(TrainedOptimizerTest, AConfigThatBreaksTheRulesIsRefused) {
  file_.metadata["config"] = "{\"name\": \"tiny\"}";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "optimizer");
}

TEST_F(TrainedOptimizerTest, AStepThatIsNoNumberIsRefused) {
  file_.metadata["step"] = "many";
  ExpectRefusal(absl::StatusCode::kInvalidArgument, "many");
}

TEST_F(TrainedOptimizerTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ReadTrainedOptimizer("/nowhere/a.safetensors").status()));
}

}  // namespace
}  // namespace paceline
