#include "worker/eval/flags.h"

#include <filesystem>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

namespace paceline {

void AddEvalFlags(CLI::App& app, EvalFlags& flags) {
  app.add_option("--seeds", flags.seeds, "Runs per optimizer that the table is made of")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  app.add_option("--tuning-seeds", flags.tuning_seeds,
                 "Other runs, by which each baseline's learning rate is chosen")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--length", flags.length,
                 "Inner steps of the training horizon (default: the longest episode of the config)")
      ->check(CLI::Range(int64_t{2}, int64_t{10'000'000}));
  app.add_option("--task", flags.task, "Which of the config's tasks, counted from 0")
      ->check(CLI::Range(0, 63))
      ->capture_default_str();
  app.add_option("--threads", flags.threads, "Default: all of this machine's")
      ->check(CLI::Range(1, 1024));
  app.add_option("--output,-o", flags.output,
                 "Folder for the plots, curves and tables (default: eval-NAME here)")
      ->type_name("DIR");
  app.add_option("--datasets", flags.datasets, "Folder of the data sets (default: Debian's)")
      ->type_name("DIR");
  app.add_flag("--json", flags.json, "Print the result as JSON");
}

std::vector<std::string> ToArguments(const EvalFlags& flags) {
  std::vector<std::string> arguments = {flags.target};
  const auto add = [&arguments](const char* name, const auto& value) {
    arguments.push_back(name);
    arguments.push_back(fmt::format("{}", value));
  };
  add("--seeds", flags.seeds);
  add("--tuning-seeds", flags.tuning_seeds);
  add("--task", flags.task);
  if (flags.length > 0) add("--length", flags.length);
  if (flags.threads > 0) add("--threads", flags.threads);
  if (!flags.output.empty()) add("--output", flags.output);
  if (!flags.datasets.empty()) add("--datasets", flags.datasets);
  if (flags.json) arguments.push_back("--json");
  return arguments;
}

std::string OutputFolder(const EvalFlags& flags) {
  if (!flags.output.empty()) return flags.output;
  return "eval-" + std::filesystem::path(flags.target).stem().string();
}

}  // namespace paceline
