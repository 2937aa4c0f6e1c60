#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/base/file.h"
#include "common/safetensors/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

v1::Progress Progress(v1::JobState state, int64_t step) {
  v1::Progress progress;
  *progress.mutable_summary() = Job("tiny", state, step).summary();
  progress.mutable_record()->set_step(step);
  progress.mutable_record()->set_mean_loss(1.5);
  return progress;
}

TEST_F(CommandsTest, HelpIsNoErrorAndListsTheExitStatuses) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("Exit status"));
  EXPECT_THAT(out(), HasSubstr("quickstart"));
}

TEST_F(CommandsTest, WrongUsageIsStatusTwo) {
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"show"}), 2);
  EXPECT_EQ(Run({"list", "--bogus"}), 2);
  EXPECT_EQ(Run({"hash", "tiny", "--step", "many"}), 2);
  EXPECT_EQ(Run({"local", config(), "--workers", "0"}), 2);
}

TEST_F(CommandsTest, AnUnknownCommandIsNamed) {
  EXPECT_EQ(Run({"lsit"}), 2);
  EXPECT_THAT(err(), HasSubstr("lsit"));
}

TEST_F(CommandsTest, ACoordinatorThatIsNotThereIsStatusThree) {
  EXPECT_EQ(Run({"list", "--coordinator", "127.0.0.1:1"}), 3);
  EXPECT_THAT(err(), HasSubstr("127.0.0.1:1"));
}

TEST_F(CommandsTest, TheOptionForTheCoordinatorGoesBeforeTheEnvironment) {
  StartService();
  setenv("PACELINE_COORDINATOR", "127.0.0.1:1", 1);
  EXPECT_EQ(RunWithService({"list"}), 0) << err();
  EXPECT_EQ(Run({"list"}), 3);
  setenv("PACELINE_COORDINATOR", running_.address.c_str(), 1);
  EXPECT_EQ(Run({"list"}), 0) << err();
  unsetenv("PACELINE_COORDINATOR");
}

TEST_F(CommandsTest, CheckAcceptsAValidConfig) {
  EXPECT_EQ(Run({"check", config()}), 0) << err();
  EXPECT_EQ(Run({"check", config(), "--print", "--set", "outer.steps=60"}), 0);
  EXPECT_THAT(out(), HasSubstr("steps: 60"));
}

TEST_F(CommandsTest, CheckPrintsAllFaultsWithTheirPlaces) {
  std::ofstream(config(), std::ios::app) << "bogus: 1\n";
  EXPECT_EQ(Run({"check", config(), "--set", "outer.steps=0"}), 2);
  EXPECT_THAT(err(), HasSubstr(config() + ":9:1: "));
  EXPECT_THAT(err(), HasSubstr("outer.steps"));
}

TEST_F(CommandsTest, CheckAnswersFaultsAsJsonToo) {
  std::ofstream(config(), std::ios::app) << "bogus: 1\n";
  EXPECT_EQ(Run({"check", config(), "--json", "--set", "outer.steps=0"}), 2);
  const auto json = nlohmann::json::parse(out());
  EXPECT_EQ(json["valid"], false);
  ASSERT_EQ(json["faults"].size(), 2u);
  EXPECT_EQ(json["faults"][0]["source"], config());
  EXPECT_EQ(json["faults"][0]["line"], 9);
  EXPECT_EQ(json["faults"][1]["source"], "--set outer.steps=0");
  EXPECT_EQ(err(), "");
}

TEST_F(CommandsTest, AConfigThatIsNotThereIsStatusFour) {
  EXPECT_EQ(Run({"check", folder_ + "/none.yaml"}), 4);
}

TEST_F(CommandsTest, SubmitPrintsTheNameLast) {
  StartService();
  EXPECT_EQ(RunWithService({"submit", config(), "--set", "outer.steps=60"}), 0) << err();
  EXPECT_EQ(LastWord(), "tiny");
  ASSERT_EQ(service_.submitted.size(), 1u);
  EXPECT_EQ(service_.submitted[0].config().outer().steps(), 60u);
  EXPECT_THAT(service_.submitted[0].source_yaml(), HasSubstr("# --set outer.steps=60"));
}

TEST_F(CommandsTest, ALostSubmissionIsRepeatedUnderTheSameId) {
  service_.submit_failures = 1;
  StartService();
  EXPECT_EQ(RunWithService({"submit", config()}), 0) << err();
  ASSERT_EQ(service_.submitted.size(), 2u);
  EXPECT_EQ(service_.submitted[0].request_id(), service_.submitted[1].request_id());
  EXPECT_GE(service_.submitted[0].request_id().size(), 16u);
}

TEST_F(CommandsTest, AFaultyConfigIsNotSubmitted) {
  StartService();
  EXPECT_EQ(RunWithService({"submit", config(), "--set", "outer.steps=0"}), 2);
  EXPECT_TRUE(service_.submitted.empty());
}

TEST_F(CommandsTest, ListShowsJobsAsTableAndAsJson) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
  service_.jobs["next"] = Job("next", v1::JOB_STATE_QUEUED, 0);
  StartService();
  EXPECT_EQ(RunWithService({"list"}), 0);
  EXPECT_THAT(out(), HasSubstr("tiny  running  2/3"));
  EXPECT_EQ(RunWithService({"list", "--json"}), 0);
  const json jobs = json::parse(out());
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0]["job"], "next");
  EXPECT_EQ(jobs[0]["mean_loss"], nullptr);
  EXPECT_EQ(jobs[1]["state"], "running");
}

TEST_F(CommandsTest, AnEmptyListIsEmptyJson) {
  StartService();
  EXPECT_EQ(RunWithService({"list", "--json"}), 0);
  EXPECT_EQ(json::parse(out()), json::array());
  EXPECT_EQ(RunWithService({"workers", "--json"}), 0);
  EXPECT_EQ(json::parse(out()), json::array());
}

TEST_F(CommandsTest, WorkersShowsThem) {
  v1::WorkerSummary worker;
  worker.set_worker_id(7);
  worker.set_name("node\x1b[31m");
  worker.set_inner_steps_per_second(15'200);
  worker.add_fingerprints()->set_tier(v1::ENGINE_FUSED);
  worker.mutable_fingerprints(0)->set_fingerprint("fused; engine 1");
  worker.set_version("paceline-worker 0.14.0 (1a2b3c4)");
  worker.set_device("AMD EPYC 7B13, AVX2\x1b");
  worker.set_resident_bytes(1'500'000'000);
  worker.set_memory_bytes(16'000'000'000);
  service_.workers = {worker};
  StartService();
  EXPECT_EQ(RunWithService({"workers"}), 0);
  EXPECT_THAT(out(), HasSubstr("AMD EPYC 7B13, AVX2"));
  EXPECT_THAT(out(), HasSubstr("1.50 GB of 16.0 GB"));
  EXPECT_THAT(out(), HasSubstr("0.14.0 (1a2b3c4)"));
  EXPECT_THAT(out(), HasSubstr("15.2k"));
  EXPECT_THAT(out(), HasSubstr("fused"));
  EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
  EXPECT_EQ(RunWithService({"workers", "--json"}), 0);
  EXPECT_EQ(json::parse(out())[0]["worker_id"], 7);
  EXPECT_EQ(json::parse(out())[0]["fingerprints"]["fused"], "fused; engine 1");
  EXPECT_EQ(json::parse(out())[0]["resident_bytes"], 1'500'000'000);
  EXPECT_EQ(json::parse(out())[0]["device"], "AMD EPYC 7B13, AVX2\x1b");
}

TEST_F(CommandsTest, ShowTellsWhatIsKnownOfAJob) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_FAILED, 2);
  service_.jobs["tiny"].mutable_summary()->set_message("all particles diverged");
  StartService();
  EXPECT_EQ(RunWithService({"show", "tiny"}), 0);
  EXPECT_THAT(out(), HasSubstr("all particles diverged"));
  EXPECT_EQ(RunWithService({"show", "tiny", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["folder"], "/data/jobs/tiny");
}

TEST_F(CommandsTest, ShowCountsTheAnswersThatWereRefused) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
  for (const char* name : {"late", "out_of_range"}) {
    v1::RefusalCount& refused = *service_.jobs["tiny"].add_refusals();
    refused.set_refusal(name);
    refused.set_count(refused.refusal() == "late" ? 30 : 2);
  }
  StartService();
  EXPECT_EQ(RunWithService({"show", "tiny"}), 0);
  EXPECT_THAT(out(),
              HasSubstr("refused      30 answers: late\nrefused      2 answers: out_of_range\n"));
  EXPECT_EQ(RunWithService({"show", "tiny", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["refusals"], (json{{"late", 30}, {"out_of_range", 2}}));
}

TEST_F(CommandsTest, AJobThatIsNotThereIsStatusFour) {
  StartService();
  EXPECT_EQ(RunWithService({"show", "nobody"}), 4);
  EXPECT_THAT(err(), HasSubstr("nobody"));
  EXPECT_EQ(RunWithService({"hash", "nobody"}), 4);
  EXPECT_EQ(RunWithService({"watch", "nobody"}), 4);
}

TEST_F(CommandsTest, PauseResumeAndCancelSayWhatTheJobIsNow) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
  StartService();
  EXPECT_EQ(RunWithService({"pause", "tiny"}), 0);
  EXPECT_EQ(out(), "tiny is paused\n");
  EXPECT_EQ(RunWithService({"resume", "tiny"}), 0);
  EXPECT_EQ(out(), "tiny is running\n");
  EXPECT_EQ(RunWithService({"cancel", "tiny", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["state"], "cancelled");
}

TEST_F(CommandsTest, LogsTellsEventsAndOuterSteps) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
  service_.logs.emplace_back().mutable_record()->set_step(1);
  service_.logs.emplace_back().mutable_record()->set_step(2);
  service_.logs.back().mutable_record()->set_mean_loss(1.5);
  service_.logs.emplace_back().set_event("a worker\x1b[31m left");
  StartService();
  EXPECT_EQ(RunWithService({"logs", "tiny"}), 0);
  EXPECT_EQ(out(),
            "-  step 1: outer loss -, gradient 0, 0 inner steps\n"
            "-  step 2: outer loss 1.5000, gradient 0, 0 inner steps\n"
            "-  a worker [31m left\n");
  EXPECT_EQ(RunWithService({"logs", "nobody"}), 4);
}

TEST_F(CommandsTest, ADeletedJobIsGone) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_SUCCEEDED, 3);
  StartService();
  EXPECT_EQ(RunWithService({"delete", "tiny"}), 0);
  EXPECT_EQ(out(), "tiny is deleted\n");
  EXPECT_EQ(RunWithService({"delete", "tiny"}), 4);
}

TEST_F(CommandsTest, ListAndShowPrintTheSameLoss) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
  service_.jobs["tiny"].mutable_summary()->set_mean_loss(9);
  service_.jobs["tiny"].mutable_summary()->set_recent_loss(0.25);
  service_.jobs["tiny"].mutable_summary()->set_recent_steps(2);
  StartService();
  EXPECT_EQ(RunWithService({"list"}), 0);
  EXPECT_THAT(out(), HasSubstr("OUTER LOSS"));
  EXPECT_THAT(out(), HasSubstr("2/3   0.2500 "));
  EXPECT_EQ(RunWithService({"show", "tiny"}), 0);
  EXPECT_THAT(out(), HasSubstr("outer loss   0.2500 (mean of 2)\n"));
}

TEST_F(CommandsTest, HashPrintsTheDigestLast) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_SUCCEEDED, 3);
  service_.theta.set_step(3);
  service_.theta.set_digest("0123abcd");
  StartService();
  EXPECT_EQ(RunWithService({"hash", "tiny"}), 0);
  EXPECT_EQ(out(), "tiny step 3 0123abcd\n");
  EXPECT_EQ(RunWithService({"hash", "tiny", "--step", "2"}), 0);
  EXPECT_EQ(out(), "tiny step 2 0123abcd\n");
}

TEST_F(CommandsTest, ReplayTellsHowManyOuterStepsWereTakenAgain) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_SUCCEEDED, 3);
  service_.theta.set_step(3);
  service_.theta.set_digest("0123abcd");
  StartService();
  EXPECT_EQ(RunWithService({"replay", "tiny"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("3 outer steps"), HasSubstr("digest is 0123abcd\n")));
  EXPECT_EQ(RunWithService({"replay", "nobody"}), 4);
}

TEST_F(CommandsTest, ExportWritesTheFileAsItCame) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_SUCCEEDED, 3);
  const std::vector<float> values = {-4.6f};
  TensorFile file;
  file.tensors["log_lr"] = Tensor::F32({}, values);
  service_.theta.set_safetensors(SerializeSafetensors(file));
  StartService();
  const std::string path = folder_ + "/theta.safetensors";
  EXPECT_EQ(RunWithService({"export", "tiny", "--output", path}), 0) << err();
  EXPECT_EQ(*ReadFile(path), service_.theta.safetensors());
}

TEST_F(CommandsTest, ExportRefusesADamagedFile) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_SUCCEEDED, 3);
  service_.theta.set_safetensors("not a safetensors file");
  StartService();
  const std::string path = folder_ + "/theta.safetensors";
  EXPECT_EQ(RunWithService({"export", "tiny", "--output", path}), 1);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(CommandsTest, WatchEndsWithTheJob) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 0);
  service_.watches = {{Progress(v1::JOB_STATE_RUNNING, 1), Progress(v1::JOB_STATE_SUCCEEDED, 3)}};
  StartService();
  EXPECT_EQ(RunWithService({"watch", "tiny"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("tiny: succeeded, outer step 3 of 3 (100 %)"));
}

TEST_F(CommandsTest, WatchTellsByItsStatusHowTheJobEnded) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 0);
  StartService();
  service_.watches = {{Progress(v1::JOB_STATE_FAILED, 2)}};
  EXPECT_EQ(RunWithService({"watch", "tiny"}), 1);
  service_.watched_after.clear();
  service_.watches = {{Progress(v1::JOB_STATE_CANCELLED, 2)}};
  EXPECT_EQ(RunWithService({"watch", "tiny"}), 5);
}

TEST_F(CommandsTest, WatchGoesOnAfterTheCoordinatorsRestartWhereItWas) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 0);
  service_.watches = {{Progress(v1::JOB_STATE_RUNNING, 1), Progress(v1::JOB_STATE_RUNNING, 2)},
                      {Progress(v1::JOB_STATE_SUCCEEDED, 3)}};
  StartService();
  EXPECT_EQ(RunWithService({"watch", "tiny", "--json"}), 0) << err();
  EXPECT_THAT(service_.watched_after, ElementsAre(0, 2));
  std::vector<int64_t> steps;
  std::istringstream lines(out());
  for (std::string line; std::getline(lines, line);) {
    steps.push_back(json::parse(line)["record"]["step"]);
  }
  EXPECT_THAT(steps, ElementsAre(1, 2, 3));
}

TEST_F(CommandsTest, EvalHandsItsOptionsToTheProgramThatEvaluates) {
  const std::string program = folder_ + "/paceline-eval";
  std::ofstream(program) << "#!/bin/sh\necho \"got $*\" >&2\nexit 7\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  EXPECT_EXIT(Run({"eval", "a.safetensors", "-o", "there", "--seeds", "9", "--json"}),
              testing::ExitedWithCode(7), "got a.safetensors --seeds 9 --json --output there");
  EXPECT_EXIT(Run({"eval", "--help"}), testing::ExitedWithCode(7), "got --help");
}

TEST_F(CommandsTest, EvalWithoutATargetIsWrongUsage) {
  EXPECT_EQ(Run({"eval"}), 2);
  EXPECT_EQ(Run({"eval", "--seeds", "9", "a.safetensors"}), 2);
  EXPECT_THAT(err(), HasSubstr("paceline eval TARGET"));
}

TEST_F(CommandsTest, EvalOfAJobThatIsNotThereIsStatusFour) {
  StartService();
  EXPECT_EQ(RunWithService({"eval", "nobody", "--output", folder_ + "/eval"}), 4);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/eval"));
}

TEST_F(CommandsTest, LocalWithoutItsProgramsSaysWhichOneIsMissing) {
  EXPECT_EQ(Run({"local", config(), "--data", folder_ + "/data"}), 4);
  EXPECT_THAT(err(), HasSubstr("paceline-coordinator"));
}

TEST_F(CommandsTest, LocalTellsWhatTheCoordinatorSaidBeforeItEnded) {
  const std::string program = folder_ + "/paceline-coordinator";
  std::ofstream(program) << "#!/bin/sh\necho no room in $2 >&2\nexit 3\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  EXPECT_EQ(Run({"local", config(), "--data", folder_ + "/data"}), 1);
  EXPECT_THAT(err(), HasSubstr("exited with status 3"));
  EXPECT_THAT(err(), HasSubstr("no room in " + folder_ + "/data"));
}

}  // namespace
}  // namespace paceline
