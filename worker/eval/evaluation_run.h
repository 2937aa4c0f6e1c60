// What the programs that evaluate have in common: their options, and an evaluation from suite and
// optimizers to its report.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/command/command.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

struct EvaluationOptions {
  std::string output;  // folder of the report; empty: the program's choice
  std::string kept;    // file of outcomes; empty: the usual one
  bool keep_nothing = false;
  bool json = false;
  int threads = 1;
  std::string data_dir = "/usr/share/datasets";
  std::vector<std::string> plugins;  // files
};

// --output, --kept, --keep-nothing, --threads, --data-dir, --task-plugin, --json.
void AddEvaluationFlags(Command& app, EvaluationOptions& options);

// Learned optimizers, each under a name of its own.
class Entrants {
 public:
  // Two of the same title are told apart by a number.
  void Add(std::string title, const TrainedOptimizer& trained);

  std::vector<v1::Contestant> contestants;
  std::map<std::string, std::vector<float>> thetas;  // by digest
};

// Computes the suite's evaluation, writes its report into `folder` and prints it, or its JSON, on
// standard output. `inputs` are files that the report must not replace. Says on standard error how
// far it is.
absl::Status RunEvaluation(const v1::Suite& suite, Entrants entrants,
                           const EvaluationOptions& options, const std::string& folder,
                           const std::vector<std::string>& inputs);

// The exit status of the programs: 0, 1 an error, 2 wrong usage, 4 a file is missing.
int EvaluationExitStatus(const absl::Status& status);

}  // namespace paceline
