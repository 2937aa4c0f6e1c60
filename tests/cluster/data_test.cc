// What a worker computes from is part of what it is.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"
#include "tests/worker/data/idx_files.h"

namespace paceline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint32_t kTrain = 200, kTest = 40;

std::vector<std::string> Reading(const DataFolder& folder) { return {"--data-dir", folder.path()}; }

// That of a worker alone with the folder's images.
std::string HashWith(const DataFolder& folder) {
  Cluster cluster;
  cluster.StartWorker(1, {}, Reading(folder));
  const std::string job = cluster.Submit(kPesJob);
  cluster.WaitForEnd(job);
  return cluster.Hash(job);
}

TEST(DataTest, AWorkerWithOtherImagesIsRefusedAndTheSameImagesElsewhereAreNot) {
  const DataFolder images(kTrain, kTest), same(kTrain, kTest), others(kTrain, kTest);
  others.Write("train-images-idx3-ubyte.gz",
               Gzip(IdxBytes({kTrain, 28, 28}, Counting(kTrain * 784, 200))));
  Cluster cluster;
  cluster.StartWorker(1, {}, Reading(images));
  const std::string job = cluster.Submit(kPesJob);
  cluster.WaitForStep(job, 5);
  ASSERT_EQ(cluster.Paceline({"pause", job}).status, 0);
  const size_t wrong = cluster.StartWorker(1, {}, Reading(others));
  const size_t right = cluster.StartWorker(1, {}, Reading(same));
  ASSERT_TRUE(cluster.WaitForWorkers(3));
  ASSERT_EQ(cluster.Paceline({"resume", job}).status, 0);
  EXPECT_TRUE(cluster.worker(wrong).WaitForOutput("no part in job"));
  EXPECT_EQ(cluster.WaitForEnd(job).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(cluster.Hash(job), HashWith(same));
  EXPECT_NE(cluster.Hash(job), HashWith(others));
  const v1::JobDetail detail = cluster.Show(job);
  EXPECT_THAT(detail.events(), Contains(HasSubstr(" is refused: its fashion_mnist has")));
  EXPECT_THAT(detail.fingerprint(), HasSubstr("; data fashion_mnist "));
  EXPECT_THAT(cluster.worker(right).output(), Not(HasSubstr("no part in job")));
}

}  // namespace
}  // namespace paceline
