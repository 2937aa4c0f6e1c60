#include "common/checkpoint/formats.h"

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/checkpoint/theta_leaves.h"
#include "common/config/schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using testing::ExpectSame;
using ::testing::HasSubstr;
using testing::OptimizerOf;

constexpr auto kAnyFormat = std::nullopt;

class FormatsTest : public ::testing::Test {
 protected:
  std::string ErrorOf(const std::string& path,
                      const std::optional<v1::LearnedOptimizer>& optimizer = std::nullopt) {
    const auto read = ImportOptimizer(path, kAnyFormat, optimizer);
    return read.ok() ? "no error" : std::string(read.status().message());
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/file";
};

// Every kind of optimizer whose keys all have defaults.
std::vector<std::string> AllKinds() {
  std::vector<std::string> all;
  for (const auto& kind : AlternativesOf(*v1::LearnedOptimizer::descriptor()->oneof_decl(0))) {
    if (ParseOptimizer("{" + kind + ": {}}", kind).ok()) all.push_back("{" + kind + ": {}}");
  }
  return all;
}

TEST_F(FormatsTest, EveryOptimizerComesBackFromSafetensorsAndFromThetaStateBitForBit) {
  for (const std::string& yaml : AllKinds()) {
    const TrainedOptimizer trained = testing::Trained(yaml);
    ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kSafetensors, path_).ok());
    auto read = ImportOptimizer(path_, kAnyFormat, std::nullopt);
    ASSERT_TRUE(read.ok()) << yaml << read.status();
    ExpectSame(*read, trained);

    ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kThetaState, path_).ok());
    read = ImportOptimizer(path_, kAnyFormat, trained.optimizer);
    ASSERT_TRUE(read.ok()) << yaml << read.status();
    EXPECT_EQ(read->theta, trained.theta) << yaml;
    EXPECT_EQ(read->origin, "theta.state of learned_optimization");
  }
}

TEST_F(FormatsTest, AThetaStateMustBeSaidWhoseItIs) {
  const TrainedOptimizer trained = testing::Trained("{adafac_mlp: {hidden: 4}}");
  ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kThetaState, path_).ok());
  EXPECT_THAT(ErrorOf(path_), HasSubstr("say which optimizer's with --optimizer"));
  EXPECT_THAT(ErrorOf(path_, OptimizerOf("{mlp_lopt: {}}")),
              HasSubstr("no tensor \"mlp/~/linear_0/b\", float32 [32]; this mlp_lopt has 6"));
  EXPECT_THAT(ErrorOf(path_, OptimizerOf("{adafac_mlp: {hidden: 8}}")),
              HasSubstr("\"nn/~/b0\" is F32 [4]; float32 (F32) [8] is expected"));
}

TEST_F(FormatsTest, AThetaStateWithNanIsRefused) {
  TrainedOptimizer trained = testing::Trained("{learnable_sgd: {}}");
  trained.theta[0] = std::nanf("");
  ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kThetaState, path_).ok());
  EXPECT_THAT(ErrorOf(path_, trained.optimizer), HasSubstr("\"log_lr\" has the value nan"));
}

TEST_F(FormatsTest, WhatTheSourceSaysIsNotOverridden) {
  const TrainedOptimizer trained = testing::Trained("{adafac_mlp: {hidden: 4}}");
  ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kSafetensors, path_).ok());
  EXPECT_THAT(ErrorOf(path_, OptimizerOf("{adafac_mlp: {hidden: 4, step_multiplier: 0.01}}")),
              HasSubstr("leave out --optimizer"));
  EXPECT_EQ(ErrorOf(path_, trained.optimizer), "no error");
}

TEST_F(FormatsTest, AFileOfAnOlderPacelineIsImportedByItsOptimizer) {
  const TrainedOptimizer trained = testing::Untrained("{adafac_mlp: {hidden: 4}}");
  TensorFile file{
      .tensors = ToLeaves(LayoutOf(trained.optimizer), trained.theta),
      .metadata = {
          {"format", "paceline-theta-1"}, {"job", "old"}, {"digest", ThetaDigest(trained.theta)}}};
  ASSERT_TRUE(WriteFileAtomically(path_, SerializeSafetensors(file)).ok());
  EXPECT_THAT(ErrorOf(path_), HasSubstr("paceline import FILE --optimizer CONFIG"));
  const auto read = ImportOptimizer(path_, kAnyFormat, trained.optimizer);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->theta, trained.theta);
  EXPECT_EQ(read->origin, "a safetensors file of the job old");
  file.metadata["digest"] = "0";
  ASSERT_TRUE(WriteFileAtomically(path_, SerializeSafetensors(file)).ok());
  EXPECT_THAT(ErrorOf(path_, trained.optimizer), HasSubstr("its metadata says 0"));
}

TEST_F(FormatsTest, AFolderIsPylos) {
  const TrainedOptimizer trained = testing::Trained("{adafac_mlp: {hidden: 4}}");
  ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kPylo, path_).ok());
  const auto read = ImportOptimizer(path_, kAnyFormat, std::nullopt);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, trained);
}

TEST_F(FormatsTest, ErrorsNameThePath) {
  EXPECT_TRUE(absl::IsNotFound(ImportOptimizer(path_, kAnyFormat, std::nullopt).status()));
  ASSERT_TRUE(WriteFileAtomically(path_, "garbage").ok());
  EXPECT_THAT(ErrorOf(path_), HasSubstr(path_ + ": not a theta.state"));
  const auto read = ImportOptimizer(path_, OptimizerFormat::kSafetensors, std::nullopt);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("not a valid safetensors file"));
}

}  // namespace
}  // namespace paceline
