#include "coordinator/cli/commands/submit.h"

#include <memory>

#include "common/base/protocol.h"
#include "common/footprint/footprint.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/request_id.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

absl::StatusOr<ExitStatus> Submit(const Context& context, const ConfigSource& source,
                                  int priority) {
  const absl::StatusOr<LoadedConfig> loaded = Load(source);
  if (!loaded.ok()) return loaded.status();
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> job = SubmitLoaded(**client, *loaded, priority);
  if (!job.ok()) return job.status();
  const std::string memory = FootprintText(loaded->config);
  Answer(context, {{"job", *job}, {"memory", memory}},
         fmt::format("memory: {}\nsubmitted {}\n", memory, *job));
  return kExitOk;
}

}  // namespace

absl::StatusOr<std::string> SubmitLoaded(JobClient& client, const LoadedConfig& loaded,
                                         int priority) {
  v1::SubmitRequest request;
  *request.mutable_config() = loaded.config;
  request.set_source_yaml(loaded.yaml);
  request.set_request_id(RandomRequestId());
  request.set_priority(priority);
  return client.Submit(request);
}

void AddSubmit(Command& app, Context& context) {
  auto source = std::make_shared<ConfigSource>();
  auto priority = std::make_shared<int>(0);
  Command& command = AddCommand(
      app, context, "submit", "Hand a job to the coordinator; the last word printed is its name",
      [&context, source, priority] { return Submit(context, *source, *priority); });
  AddConfigFlags(command, *source);
  command
      .AddOption("--priority", *priority, "Its place among queued jobs: the highest begins first")
      .Range(-kMostPriority, kMostPriority)
      .ShowDefault();
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
