// What holds for every command that answers.
#include <algorithm>
#include <streambuf>

#include "common/checkpoint/formats.h"
#include "common/evaluation/files.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/coordinator/cli/commands/commands_fixture.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// Takes nothing, like a full disk.
class FullBuffer : public std::streambuf {
  int_type overflow(int_type) override { return traits_type::eof(); }
};

class EveryCommandTest : public CommandsTest {
 protected:
  EveryCommandTest() {
    const auto trained = testing::Trained("{adafac_mlp: {hidden: 4}}");
    EXPECT_TRUE(ExportOptimizer(trained, OptimizerFormat::kSafetensors, own()).ok());
    const auto flat = [](int) { return [](double) { return 1.0; }; };
    EXPECT_TRUE(SaveEvaluation(OneCase({{"mine", "", flat}}, 10, 2), evaluation(), {}).ok());
    service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
    service_.theta.set_step(2);
    service_.theta.set_digest("0123abcd");
    service_.theta.set_safetensors(*ReadFile(own()));
    v1::Progress end;
    *end.mutable_summary() = Job("tiny", v1::JOB_STATE_SUCCEEDED, 3).summary();
    service_.watches = {{end}};
    service_.logs.emplace_back().set_event("paused");
    evaluations_.evaluations["known"].mutable_summary()->set_evaluation("known");
    StartService();
  }
  std::string evaluation() const { return folder_ + "/evaluation"; }
  std::string spans() const { return "tests/fuzz/corpus/spans/window"; }
  std::string own() const { return folder_ + "/own.safetensors"; }
  std::vector<std::string> OfCoordinator(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--coordinator", running_.address});
    return arguments;
  }

  // Every command but those that become another program or start some.
  std::vector<std::vector<std::string>> Commands() const {
    return {{"check", config()},
            {"check", config(), "--print"},
            {"tasks"},
            {"tasks", "--sample", "9"},
            {"tasks", "--sample", "2", config()},
            {"hash", own()},
            {"export", own(), "--out", folder_ + "/out", "--force"},
            {"import", own(), "--out", folder_ + "/out", "--force"},
            {"certs", "init", "--force", "--dir", folder_ + "/ca"},
            {"certs", "issue", "worker", "w", "--force", "--dir", folder_ + "/ca"},
            {"certs", "renew", "w", "--dir", folder_ + "/ca"},
            {"certs", "list", "--dir", folder_ + "/ca"},
            {"certs", "revoke", "w", "--dir", folder_ + "/ca"},
            {"trace", spans(), "--out", folder_ + "/out", "--force"},
            {"report", evaluation()},
            {"report", evaluation(), evaluation()},
            OfCoordinator({"submit", config()}),
            OfCoordinator({"list"}),
            OfCoordinator({"show", "tiny"}),
            OfCoordinator({"hash", "tiny"}),
            OfCoordinator({"replay", "tiny"}),
            OfCoordinator({"diff", "tiny", "tiny"}),
            OfCoordinator({"export", "tiny", "--out", folder_ + "/out", "--force"}),
            OfCoordinator({"pause", "tiny"}),
            OfCoordinator({"resume", "tiny"}),
            OfCoordinator({"workers"}),
            OfCoordinator({"evaluations"}),
            OfCoordinator({"evaluations", "known"}),
            OfCoordinator({"watch", "tiny"}),
            OfCoordinator({"logs", "tiny"}),
            OfCoordinator({"cancel", "tiny"}),
            OfCoordinator({"delete", "tiny"})};
  }
};

TEST_F(EveryCommandTest, PrintsJsonAndNothingElseWhenAsked) {
  for (std::vector<std::string> command : Commands()) {
    command.push_back("--json");
    EXPECT_EQ(Run(command), 0) << err();
    EXPECT_TRUE(json::accept(out())) << command[0] << " printed\n" << out();
    EXPECT_EQ(err(), "") << command[0];
  }
}

TEST_F(EveryCommandTest, FailsIfWhatItPrintsDoesNotArrive) {
  for (const std::vector<std::string>& command : Commands()) {
    FullBuffer full;
    std::ostream out(&full);
    std::ostringstream err;
    EXPECT_EQ(RunPaceline(command, {.out = out, .err = err, .program_folder = folder_}), 1)
        << command[0];
    EXPECT_THAT(err.str(), HasSubstr("paceline: cannot write to standard output")) << command[0];
  }
}

TEST_F(EveryCommandTest, HasHelpThatNamesItsOptionsAndTheExitStatuses) {
  for (const std::vector<std::string>& command : Commands()) {
    const ptrdiff_t words = command[0] == "certs" ? 2 : 1;
    std::vector<std::string> help(command.begin(), command.begin() + words);
    help.emplace_back("--help");
    EXPECT_EQ(Run(help), 0);
    EXPECT_THAT(out(), HasSubstr("--json"));
    EXPECT_THAT(out(), HasSubstr("Exit status: 0 done; 1 "));
  }
}

TEST_F(EveryCommandTest, OfACoordinatorThatDoesNotKnowItIsOneError) {
  v1::JobService::Service jobs;  // of which no method is there
  v1::EvaluationService::Service evaluations;
  const RunningService stranger = Serve({&jobs, &evaluations});
  for (std::vector<std::string> command : Commands()) {
    const auto address = std::ranges::find(command, running_.address);
    if (address == command.end()) continue;
    *address = stranger.address;
    EXPECT_EQ(Run(command), 3) << command[0];
    EXPECT_EQ(out(), "") << command[0];
    EXPECT_EQ(err(), "paceline: what listens at " + stranger.address +
                         " does not know this request: it is another service, or a coordinator of "
                         "another version than this program\n")
        << command[0];
  }
  stranger.server->Shutdown();
}

TEST_F(EveryCommandTest, WritesOverAFileOnlyByOrder) {
  const std::string path = folder_ + "/precious";
  for (std::vector<std::string> command : {std::vector<std::string>{"export", own()},
                                           {"import", own()},
                                           OfCoordinator({"export", "tiny"})}) {
    std::ofstream(path) << "precious";
    command.insert(command.end(), {"--out", path});
    EXPECT_EQ(Run(command), 1);
    EXPECT_THAT(err(), HasSubstr(path + " exists; --force replaces it"));
    EXPECT_EQ(*ReadFile(path), "precious");
    command.emplace_back("--force");
    EXPECT_EQ(Run(command), 0) << err();
    EXPECT_EQ(*ReadFile(path), *ReadFile(own()));
  }
}

TEST_F(EveryCommandTest, NeverWritesOverItsInput) {
  const std::string before = *ReadFile(own());
  std::filesystem::create_symlink(own(), folder_ + "/link");
  for (const std::string& path : {own(), folder_ + "/link"}) {
    for (const char* name : {"export", "import"}) {
      EXPECT_EQ(Run({name, own(), "--out", path, "--force"}), 2);
      EXPECT_THAT(err(), HasSubstr("it is what this command reads"));
    }
  }
  EXPECT_EQ(*ReadFile(own()), before);
}

TEST_F(EveryCommandTest, AMisspeltWordGetsASuggestion) {
  struct Case {
    std::vector<std::string> arguments;
    const char* told;
  };
  for (const Case& c : std::vector<Case>{
           {{"lsit"}, "no command \"lsit\" (did you mean list?); paceline --help"},
           {{"exprot", "tiny"}, "no command \"exprot\" (did you mean export?)"},
           {{"frobnicate"}, "no command \"frobnicate\"; paceline --help"},
           {{"list", "--jsn"}, "no option --jsn (did you mean --json?); paceline list --help"},
           {{"list", "--cordinator=x:1"}, "no option --cordinator (did you mean --coordinator?)"},
           {{"export", "tiny", "--outptu", "x"}, "no option --outptu (did you mean --output?)"},
           {{"--vesrion"}, "no option --vesrion (did you mean --version?); paceline --help"},
           {{"show", "tiny", "more"},
            "\"more\" is one argument too many; see paceline show --help"},
       }) {
    EXPECT_EQ(Run(c.arguments), 2);
    EXPECT_THAT(err(), HasSubstr(c.told));
    EXPECT_EQ(out(), "");
  }
}

TEST_F(EveryCommandTest, TheProgramTellsWhatItIs) {
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_THAT(out(), ::testing::MatchesRegex("paceline [0-9.]+ \\(commit [0-9a-z, ]+\\)\n"
                                             "protocol [0-9]+ to [0-9]+\nstore format [0-9]+\n"
                                             "engine build [0-9a-f]{16}\n"));
}

TEST_F(EveryCommandTest, OneThetaHasOneDigest) {
  EXPECT_EQ(Run(OfCoordinator({"hash", "tiny"})), 0);
  const std::string digest = LastWord();
  EXPECT_EQ(Run(OfCoordinator({"show", "tiny"})), 0);
  EXPECT_THAT(out(), HasSubstr("step 2, digest " + digest + "\n"));
  EXPECT_EQ(Run(OfCoordinator({"show", "tiny", "--json"})), 0);
  EXPECT_EQ(json::parse(out())["theta"]["digest"], digest);
}

}  // namespace
}  // namespace paceline
