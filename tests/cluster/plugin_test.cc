// Tasks and data sets of plug-ins: who has one computes it, whatever happens on the way, and what
// one does wrong costs its own job alone.
#include <csignal>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/testing/plugin_files.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string TaskFile() { return PluginFile("plugin_line"); }
std::string ImagesFile() { return PluginFile("plugin_images"); }

// A task of a plug-in, with more settings if any, beside images of another one.
std::string Job(const std::string& name, const std::string& settings = "", int64_t steps = 60) {
  return fmt::format(R"(
name: {}
seed: 21
optimizer: {{adafac_mlp: {{hidden: 4}}}}
tasks:
  - own: {{plugin: {{digest: "{}"}}, name: line, settings: ["width=6", {}], batch: 8, highest: 50}}
    weight: 3
  - image_mlp:
      dataset: own
      size: 0
      hidden: [4]
      batch: 8
      images: {{own: {{plugin: {{digest: "{}"}}, name: bars, height: 6, width: 6, classes: 2}}}}
episode: {{log_uniform: {{min: 10, max: 40}}}}
estimator: {{nres: {{window: 5, sigma: 0.01}}, particles: 8, block: 2}}
outer: {{steps: {}, optimizer: {{adam: {{learning_rate: 1.0e-2}}}}}}
)",
                     name, FileDigest(TaskFile()), settings, FileDigest(ImagesFile()), steps);
}

const std::vector<std::string>& Both() {
  static const std::vector<std::string> flags = {"--task-plugin", TaskFile(), "--task-plugin",
                                                 ImagesFile()};
  return flags;
}

std::string LastWord(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  return text.substr(text.find_last_of(" \n") + 1);
}

// What `paceline local` learns, by the digest of its θ.
std::string LocalHash(const std::string& yaml) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/job.yaml";
  std::ofstream(path) << yaml;
  std::vector<std::string> arguments = {
      "local", path, "--data", folder.path() + "/data", "--workers", "1", "--threads-per-worker",
      "1"};
  arguments.insert(arguments.end(), Both().begin(), Both().end());
  const Finished local = RunProgram("paceline", arguments);
  EXPECT_EQ(local.status, 0) << local.out << local.err;
  const Finished hash = RunProgram("paceline", {"hash", folder.path() + "/data/own.safetensors"});
  EXPECT_EQ(hash.status, 0) << hash.err;
  return LastWord(hash.out);
}

TEST(PluginTest, TheHashOfAFileIsWhatAConfigNames) {
  const Finished hash = RunProgram("paceline", {"hash", TaskFile()});
  EXPECT_EQ(hash.status, 0) << hash.err;
  EXPECT_EQ(LastWord(hash.out), FileDigest(TaskFile()));
}

TEST(PluginTest, AJobIsComputedByWorkersWithItsPluginsAndNoOthers) {
  const std::string yaml = Job("own");
  Cluster cluster;
  const size_t without = cluster.StartWorker();
  const size_t half = cluster.StartWorker(1, {}, {"--task-plugin", TaskFile()});
  const size_t first = cluster.StartWorker(1, {}, Both());
  ASSERT_TRUE(cluster.WaitForWorkers(3));
  const std::string job = cluster.Submit(yaml);
  cluster.WaitForStep(job, 10);
  cluster.worker(first).Signal(SIGKILL);
  cluster.worker(first).Wait();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  EXPECT_TRUE(WaitUntil([&] {
    return cluster.Show(job).summary().message().find(
               "waits for a worker that has loaded the plug-in") != std::string::npos;
  })) << cluster.Show(job).summary().message();
  const size_t second = cluster.StartWorker(1, {}, Both());
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), LocalHash(yaml));
  EXPECT_THAT(cluster.Show(job).fingerprint(), HasSubstr("; data own bars "));
  EXPECT_THAT(cluster.worker(second).output(), HasSubstr("plug-in " + TaskFile()));
  for (const size_t idle : {without, half}) {
    EXPECT_THAT(cluster.worker(idle).output(), Not(HasSubstr("job own")));
    EXPECT_TRUE(cluster.worker(idle).running());
  }
}

TEST(PluginTest, WhatAPluginDoesWrongFailsItsJobAndTheWorkerLivesOn) {
  Cluster cluster;
  cluster.StartWorker(1, {}, Both());
  ASSERT_TRUE(cluster.WaitForWorkers(1));
  const std::pair<std::string, std::string> faults[] = {
      {"loss_throw", "cannot compute its loss: it throws: the loss is lost"},
      {"loss_shape", "has a loss of Float [8, 1]; it must be one number"},
      {"initial_count", "gives 1 initial weights for its 2 parameters"},
      {"later", "cannot compute its loss: it throws: the loss is lost at last"},
  };
  int number = 0;
  for (const auto& [fault, words] : faults) {
    SCOPED_TRACE(fault);
    const std::string job =
        cluster.Submit(Job(fmt::format("wrong-{}", ++number), "\"fault=" + fault + "\""));
    EXPECT_TRUE(
        WaitUntil([&] { return cluster.Show(job).summary().state() == v1::JOB_STATE_FAILED; }));
    const std::string message = cluster.Show(job).summary().message();
    EXPECT_THAT(message, HasSubstr("task line of plug-in plugin_line.so ("));
    EXPECT_THAT(message, HasSubstr(words));
  }
  // A loss that is no number is a training that diverged.
  const std::string job = cluster.Submit(Job("nan", "\"fault=nan\"", 6));
  cluster.WaitForEnd(job);
  const std::string after = cluster.Submit(Job("right", "", 6));
  cluster.WaitForEnd(after);
  EXPECT_TRUE(cluster.worker(0).running());
}

TEST(PluginTest, AJobIsMeasuredOnOwnTasksByWorkersThatHaveThem) {
  Cluster cluster;
  cluster.StartWorker();
  cluster.StartWorker(1, {}, Both());
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  const std::string job = cluster.Submit(
      Job("watched", "", 6) +
      fmt::format(
          "evaluate: {{every: 3, suite: {{name: small, seeds: 2, horizons: [10], baselines: "
          "[sgd], tasks: [{{task: {{own: {{plugin: {{digest: \"{}\"}}, name: line, highest: "
          "50}}}}}}]}}}}\n",
          FileDigest(TaskFile())));
  const v1::JobSummary summary = cluster.WaitForEnd(job);
  EXPECT_EQ(summary.held_out().step(), 6);
}

TEST(PluginTest, AWorkerDoesNotStartWithWhatIsNoPlugin) {
  Cluster cluster;
  const size_t worker = cluster.StartWorker(1, {}, {"--task-plugin", PluginFile("plugin_old")});
  EXPECT_EQ(cluster.worker(worker).Wait(), 1);
  EXPECT_THAT(cluster.worker(worker).standard_error(),
              HasSubstr("was built against version 0 of paceline/plugin.h"));
}

}  // namespace
}  // namespace paceline
