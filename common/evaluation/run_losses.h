// The losses of an entry's runs as numbers to compute with: one that is not finite counts as the
// largest float.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "paceline/v1/evaluation.pb.h"

namespace paceline {

double Counted(float loss);

// Of each run, [run].
std::vector<double> FinalLosses(const v1::EvaluationEntry& entry);  // training, the last tenth
std::vector<double> InitialLosses(const v1::EvaluationEntry& entry);
// Over all of `steps` inner steps.
std::vector<double> MeanTrainingLosses(const v1::EvaluationEntry& entry, uint64_t steps);
std::vector<double> HeldOutLosses(const v1::EvaluationEntry& entry);
std::vector<double> MeanHeldOutLosses(const v1::EvaluationEntry& entry);  // over its points
std::vector<double> TestLosses(const v1::EvaluationEntry& entry);
// Empty unless every run has one.
std::optional<std::vector<double>> HeldOutAccuracies(const v1::EvaluationEntry& entry);
std::optional<std::vector<double>> TestAccuracies(const v1::EvaluationEntry& entry);

}  // namespace paceline
