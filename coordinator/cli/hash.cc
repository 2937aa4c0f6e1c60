#include <memory>
#include <optional>

#include "CLI/CLI.hpp"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/context.h"
#include "fmt/format.h"

namespace paceline {
namespace {

struct HashOptions {
  std::string job;
  std::optional<int64_t> step;
};

absl::StatusOr<ExitStatus> Hash(const Context& context, const HashOptions& options) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const auto theta = (*client)->GetTheta(options.job, options.step);
  if (!theta.ok()) return theta.status();
  context.out() << fmt::format("{} step {} {}\n", options.job, theta->step(), theta->digest());
  return kExitOk;
}

}  // namespace

void AddHash(CLI::App& app, Context& context) {
  auto options = std::make_shared<HashOptions>();
  CLI::App* command = AddCommand(
      app, context, "hash",
      "Digest of a job's theta, from the coordinator's store; the last word printed is the digest",
      [&context, options] { return Hash(context, *options); });
  command->add_option("JOB", options->job, "The job's name")->required();
  command->add_option("--step", options->step, "After this many outer steps (default: the newest)")
      ->type_name("N");
  AddConnectionFlags(*command, context);
}

}  // namespace paceline
