// sample_evaluation FOLDER [later]: saves the made-up evaluation (or the later one), for tests that
// are no C++.
#include <iostream>
#include <string>

#include "common/evaluation/files.h"
#include "tests/testing/sample_evaluation.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: sample_evaluation FOLDER [later]\n";
    return 2;
  }
  const bool later = argc > 2 && std::string(argv[2]) == "later";
  const auto& evaluation = later ? paceline::LaterEvaluation() : paceline::MadeUpEvaluation();
  const absl::Status saved = paceline::SaveEvaluation(evaluation, argv[1], paceline::kReplace);
  if (!saved.ok()) std::cerr << saved.message() << "\n";
  return saved.ok() ? 0 : 1;
}
