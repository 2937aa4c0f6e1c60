#include <memory>
#include <optional>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/checkpoint/trained_optimizer.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/optimizer_format.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct HashOptions {
  std::string job;
  std::optional<int64_t> step;
};

// The θ of an optimizer, or all of a shared object.
absl::StatusOr<std::string> DigestOf(const std::string& path) {
  constexpr std::string_view kElf =
      "\x7f"
      "ELF";
  const auto bytes = ReadFile(path);
  if (bytes.ok() && bytes->starts_with(kElf)) return Sha256Hex(*bytes);
  const auto trained = ReadTrainedOptimizer(path);
  if (!trained.ok()) return trained.status();
  return ThetaDigest(trained->theta);
}

absl::StatusOr<ExitStatus> HashFile(const Context& context, const std::string& path) {
  const auto made = DigestOf(path);
  if (!made.ok()) return made.status();
  const std::string& digest = *made;
  Answer(context, {{"file", path}, {"digest", digest}}, fmt::format("{} {}\n", path, digest));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Hash(const Context& context, const HashOptions& options) {
  if (IsPath(options.job)) return HashFile(context, options.job);
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const auto theta = (*client)->GetTheta(options.job, options.step);
  if (!theta.ok()) return theta.status();
  Answer(context, {{"job", options.job}, {"step", theta->step()}, {"digest", theta->digest()}},
         fmt::format("{} step {} {}\n", options.job, theta->step(), theta->digest()));
  return kExitOk;
}

}  // namespace

void AddHash(Command& app, Context& context) {
  auto options = std::make_shared<HashOptions>();
  Command& command = AddCommand(app, context, "hash",
                                "Digest of theta, of a job from the coordinator's store or of a "
                                "file, or of a plug-in's shared object; the last "
                                "word printed is the digest",
                                [&context, options] { return Hash(context, *options); });
  command
      .AddOption(
          "TARGET", options->job,
          "A job's name, a file that export or import wrote, or the shared object of a plug-in")
      .Required();
  command.AddOption("--step", options->step, "After this many outer steps (default: the newest)")
      .TypeName("N");
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
