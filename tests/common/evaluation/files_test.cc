#include "common/evaluation/files.h"

#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::HasSubstr;

v1::Evaluation Small() {
  const auto flat = [](int) { return [](double) { return 1.0; }; };
  return OneCase({{"mine", "", flat}, {"adam", "10 rates", flat}}, 100, 2);
}

class EvaluationFilesTest : public testing::Test {
 protected:
  EvaluationFilesTest() { std::filesystem::remove_all(folder_); }
  ~EvaluationFilesTest() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "evaluation_files_test";
};

TEST_F(EvaluationFilesTest, WhatIsSavedIsLoadedByFolderAndByFile) {
  ASSERT_TRUE(SaveEvaluation(Small(), folder_, {}).ok());
  for (const std::string& path : {folder_, folder_ + "/evaluation.binpb"}) {
    const auto loaded = LoadEvaluation(path);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(EvaluationBytes(*loaded), EvaluationBytes(Small()));
  }
}

TEST_F(EvaluationFilesTest, AnyReaderOfProtocolBuffersTakesTheFile) {
  v1::Evaluation read;
  ASSERT_TRUE(read.ParseFromString(EvaluationBytes(Small())));
  EXPECT_EQ(read.contestants_size(), 2);
}

TEST_F(EvaluationFilesTest, AFileThatIsThereIsReplacedByOrder) {
  ASSERT_TRUE(SaveEvaluation(Small(), folder_, {}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(SaveEvaluation(Small(), folder_, {})));
  EXPECT_TRUE(SaveEvaluation(Small(), folder_, kReplace).ok());
}

TEST_F(EvaluationFilesTest, WhatIsNoEvaluationIsRefusedInOneSentence) {
  const std::string whole = EvaluationBytes(Small());
  std::string damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  std::string other_field = whole;
  other_field[other_field.size() - 67] = 'x';
  struct File {
    std::string bytes;
    const char* told;
  };
  std::filesystem::create_directories(folder_);
  const std::string path = folder_ + "/evaluation.binpb";
  for (const File& file : std::vector<File>{
           {"", "is no evaluation, or its end is missing"},
           {"{\"json\": true}", "is no evaluation, or its end is missing"},
           {std::string(1000, '\0'), "is no evaluation, or its end is missing"},
           {whole.substr(0, whole.size() - 1), "is no evaluation, or its end is missing"},
           {whole.substr(0, whole.size() / 2), "is no evaluation, or its end is missing"},
           {whole + "x", "is no evaluation, or its end is missing"},
           {other_field, "is no evaluation, or its end is missing"},
           {damaged, "is damaged: its checksum differs"},
       }) {
    std::ofstream(path, std::ios::binary) << file.bytes;
    const auto loaded = LoadEvaluation(folder_);
    EXPECT_TRUE(absl::IsDataLoss(loaded.status()));
    EXPECT_EQ(std::string(loaded.status().message()), path + " " + file.told);
  }
}

TEST_F(EvaluationFilesTest, AWholeFileOfPartsThatDoNotFitIsRefused) {
  v1::Evaluation evaluation = Small();
  evaluation.mutable_entries(1)->set_contestant(9);
  ASSERT_TRUE(SaveEvaluation(evaluation, folder_, {}).ok());
  const auto loaded = LoadEvaluation(folder_);
  EXPECT_TRUE(absl::IsInvalidArgument(loaded.status()));
  EXPECT_THAT(std::string(loaded.status().message()),
              HasSubstr(folder_ + "/evaluation.binpb: entry 1"));
}

TEST_F(EvaluationFilesTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(LoadEvaluation(folder_).status()));
  std::filesystem::create_directories(folder_);
  const auto loaded = LoadEvaluation(folder_);
  EXPECT_TRUE(absl::IsNotFound(loaded.status()));
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr(folder_ + "/evaluation.binpb"));
}

}  // namespace
}  // namespace paceline
