// `paceline`'s commands in this process, with a service that answers from a script.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "coordinator/cli/commands/context.h"
#include "gtest/gtest.h"
#include "tests/coordinator/cli/commands/fake_evaluations.h"
#include "tests/coordinator/cli/commands/fake_service.h"

namespace paceline {

inline constexpr char kTinyConfig[] = R"(
name: tiny
optimizer: {learnable_sgd: {}}
tasks:
  - quadratic: {dimension: 4}
episode: {constant: {steps: 8}}
estimator: {pes: {window: 4}, particles: 4, block: 2}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.1}}}
)";

inline v1::JobDetail Job(const std::string& name, v1::JobState state, int64_t step) {
  v1::JobDetail detail;
  detail.mutable_summary()->set_job(name);
  detail.mutable_summary()->set_state(state);
  detail.mutable_summary()->set_step(step);
  detail.mutable_summary()->set_steps(3);
  detail.set_folder("/data/jobs/" + name);
  return detail;
}

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest()
      : folder_(::testing::TempDir() + "cli_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(config()) << kTinyConfig;
  }
  ~CommandsTest() override {
    if (running_.server) running_.server->Shutdown();
    std::filesystem::remove_all(folder_);
  }

  void StartService() { running_ = Serve({&service_, &evaluations_}); }
  std::string config() const { return folder_ + "/tiny.yaml"; }

  // Exit status; output is in out() and err() then.
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    return RunPaceline(arguments, {.out = out_, .err = err_, .program_folder = folder_});
  }
  int RunWithService(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--coordinator", running_.address});
    return Run(std::move(arguments));
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  std::string LastWord() const {
    std::istringstream words(out());
    std::string word, last;
    while (words >> word) last = word;
    return last;
  }

  const std::string folder_;
  FakeJobService service_;
  FakeEvaluationService evaluations_;
  RunningService running_;
  std::ostringstream out_, err_;
};

}  // namespace paceline
