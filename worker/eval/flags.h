// Options of `paceline eval`, which hands them to the program paceline-eval. No engine, so that
// `paceline` starts quickly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace paceline {

struct EvalFlags {
  std::string target;    // an exported safetensors file (`paceline eval` also takes a job's name)
  int seeds = 10;        // runs per optimizer in the table
  int tuning_seeds = 3;  // other runs, for the choice of learning rates
  int64_t length = 0;    // inner steps of the training horizon; 0: what the job's config says
  int task = 0;          // index into the config's tasks
  int threads = 0;       // 0: all of the machine's
  std::string output;    // folder for plots and tables; empty: OutputFolder chooses
  std::string datasets;  // folder of the data sets; empty: Debian's
  bool json = false;
};

// Everything but the target.
void AddEvalFlags(CLI::App& app, EvalFlags& flags);
// What AddEvalFlags reads back to the same values, after the target.
std::vector<std::string> ToArguments(const EvalFlags& flags);
// flags.output, or a folder "eval-NAME" here, named after the target.
std::string OutputFolder(const EvalFlags& flags);

}  // namespace paceline
