#include <memory>
#include <optional>

#include "common/base/digest.h"
#include "common/base/output.h"
#include "common/lopt/layout.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/optimizer_format.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct ImportOptions {
  std::string source;
  std::string format = "auto";
  std::string optimizer;
  std::string output;
  bool force = false;
};

absl::StatusOr<ExitStatus> Import(const Context& context, const ImportOptions& options) {
  std::optional<OptimizerFormat> format;
  if (options.format != "auto") {
    const auto named = OptimizerFormatNamed(options.format);
    if (!named.ok()) return named.status();
    format = *named;
  }
  std::optional<v1::LearnedOptimizer> optimizer;
  if (!options.optimizer.empty()) {
    const auto given = OptimizerGiven(options.optimizer);
    if (!given.ok()) return given.status();
    optimizer = *given;
  }
  const OutputRules rules{.force = options.force, .inputs = {options.source}};
  if (absl::Status may = CheckOutput(options.output, rules); !may.ok()) return may;
  const auto trained = ImportOptimizer(options.source, format, optimizer);
  if (!trained.ok()) return trained.status();
  absl::Status written =
      ExportOptimizer(*trained, OptimizerFormat::kSafetensors, options.output, rules);
  if (!written.ok()) return written;
  const std::string name = LayoutOf(trained->optimizer).optimizer;
  const std::string digest = ThetaDigest(trained->theta);
  Answer(context,
         {{"optimizer", name},
          {"parameters", trained->theta.size()},
          {"digest", digest},
          {"written", options.output}},
         fmt::format("{}, {} meta-parameters, digest {}, written to {}\n", name,
                     trained->theta.size(), digest, options.output));
  return kExitOk;
}

}  // namespace

void AddImport(Command& app, Context& context) {
  auto options = std::make_shared<ImportOptions>();
  Command& command =
      AddCommand(app, context, "import", "Read a trained optimizer that another library wrote",
                 [&context, options] { return Import(context, *options); });
  command
      .AddOption("PATH", options->source,
                 "A safetensors file, learned_optimization's theta.state, or a folder of PyLO's")
      .Required();
  command.AddOption("--format", options->format, "auto, safetensors, theta-state or pylo")
      .ShowDefault();
  command
      .AddOption("--optimizer", options->optimizer,
                 "Which optimizer it is, where PATH does not say: '{adafac_mlp: {hidden: 32}}', "
                 "or a config file")
      .TypeName("CONFIG");
  command.AddOption("--out,--output,-o", options->output, "The safetensors file to write")
      .TypeName("FILE")
      .Required();
  AddForceFlag(command, options->force);
  AddJsonFlag(command, context);
}

}  // namespace paceline
