#include <algorithm>
#include <filesystem>
#include <memory>

#include "common/base/file.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/program/command_line.h"
#include "common/suite/suite.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/follow_evaluation.h"
#include "coordinator/cli/commands/optimizer_format.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/local/become.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Arguments = std::vector<std::string>;

struct EvaluateOptions {
  std::string suite;
  std::vector<std::string> optimizers, overrides;
  std::string output;
  bool detach = false;
};

// A file, or a job of the coordinator as it stands now.
absl::StatusOr<v1::SubmittedOptimizer> OptimizerOf(const Context& context,
                                                   const std::string& target) {
  v1::SubmittedOptimizer made;
  made.set_title(target);
  if (IsPath(target)) {
    if (const auto trained = ReadTrainedOptimizer(target); !trained.ok()) return trained.status();
    const auto bytes = ReadFile(target);
    if (!bytes.ok()) return bytes.status();
    made.set_title(std::filesystem::path(target).stem().string());
    made.set_safetensors(*bytes);
    return made;
  }
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  auto theta = (*client)->GetTheta(target, std::nullopt);
  if (!theta.ok()) return theta.status();
  made.set_safetensors(std::move(*theta->mutable_safetensors()));
  return made;
}

absl::StatusOr<v1::SubmitEvaluationRequest> RequestOf(const Context& context,
                                                      const EvaluateOptions& options) {
  v1::SubmitEvaluationRequest request;
  auto suite = LoadSuite(options.suite, options.overrides);
  if (!suite.ok()) return suite.status();
  *request.mutable_suite() = *std::move(suite);
  for (const std::string& target : options.optimizers) {
    auto optimizer = OptimizerOf(context, target);
    if (!optimizer.ok()) return optimizer.status();
    *request.add_optimizers() = *std::move(optimizer);
  }
  request.set_request_id(RandomRequestId());
  return request;
}

absl::StatusOr<ExitStatus> EvaluateOnCluster(const Context& context,
                                             const EvaluateOptions& options) {
  const auto request = RequestOf(context, options);
  if (!request.ok()) return request.status();
  const auto client = EvaluationClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const auto name = (*client)->Submit(*request);
  if (!name.ok()) return name.status();
  if (!options.detach) return FollowEvaluation(context, **client, *name, options.output);
  Answer(context, {{"evaluation", *name}}, fmt::format("submitted {}\n", *name));
  return kExitOk;
}

void AddClusterOptions(Command& command, Context& context, EvaluateOptions& options) {
  command.AddOption("SUITE", options.suite, "What is measured: configs/suites/suite-quick.yaml")
      .Required();
  command
      .AddOption("--optimizer", options.optimizers,
                 "A learned optimizer: a file that export or import wrote, or a job's name (may be "
                 "repeated)")
      .TypeName("TARGET")
      .Repeatable();
  command
      .AddOption("--set", options.overrides,
                 "Change one value of the suite: --set seeds=20 (may be repeated)")
      .TypeName("KEY=VALUE")
      .Repeatable();
  command
      .AddOption("--output,-o", options.output,
                 "Folder for what comes of it (default: evaluation-NAME here)")
      .TypeName("DIR");
  command.AddFlag("--detach", options.detach,
                  "Submit and return; the last word printed is the evaluation's name");
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
  command.Footer(kExitStatusHelp);
}

absl::StatusOr<ExitStatus> ParseAndEvaluate(Context& context, const Arguments& arguments) {
  EvaluateOptions options;
  Command command("Measures learned optimizers beside hand-designed ones on a cluster's workers",
                  "paceline evaluate");
  AddClusterOptions(command, context, options);
  const auto ended =
      ParseCommandLine(command, arguments, context.environment.out, context.environment.err);
  if (ended) return static_cast<ExitStatus>(*ended);
  return EvaluateOnCluster(context, options);
}

bool NamesCoordinator(const std::string& argument) {
  return argument == "--coordinator" || argument.starts_with("--coordinator=");
}

}  // namespace

// Options are those of the program beside this one, until a coordinator is named.
void AddEvaluate(Command& app, Context& context) {
  // The command is known only after its callback.
  auto command = std::make_shared<Command*>(nullptr);
  *command = &AddCommand(
      app, context, "evaluate",
      "Measure learned optimizers beside hand-designed ones on the tasks of a suite: on the "
      "cluster of --coordinator ADDR (see its --help), else here, by the program "
      "paceline-evaluate beside this one",
      [&context, command]() -> absl::StatusOr<ExitStatus> {
        const Arguments arguments = (*command)->remaining();
        if (std::ranges::any_of(arguments, NamesCoordinator)) {
          return ParseAndEvaluate(context, arguments);
        }
        context.out().flush();
        return Become(context.environment.program_folder + "/paceline-evaluate", arguments);
      });
  (*command)->PassOn();
}

}  // namespace paceline
