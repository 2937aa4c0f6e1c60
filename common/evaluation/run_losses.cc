#include "common/evaluation/run_losses.h"

#include <cmath>
#include <functional>
#include <limits>

#include "common/evaluation/loss_curve.h"
#include "common/evaluation/statistics.h"

namespace paceline {
namespace {

std::vector<double> OfEachRun(const v1::EvaluationEntry& entry,
                              const std::function<double(const v1::RunOutcome&)>& figure) {
  std::vector<double> figures;
  for (const v1::RunOutcome& run : entry.runs()) figures.push_back(figure(run));
  return figures;
}

double MeanTrainingLoss(const v1::RunOutcome& run, uint64_t steps) {
  const Spans spans{steps, static_cast<size_t>(run.training_size())};
  double sum = 0;
  for (int i = 0; i < run.training_size(); ++i) {
    sum += spans.length(static_cast<size_t>(i)) * Counted(run.training(i));
  }
  return sum / static_cast<double>(steps);
}

// The loss at the end where the training was not looked at.
double MeanHeldOutLoss(const v1::RunOutcome& run) {
  if (run.held_out().empty()) return Counted(run.held_out_loss());
  double sum = 0;
  for (const float loss : run.held_out()) sum += Counted(loss);
  return sum / run.held_out_size();
}

}  // namespace

double Counted(float loss) {
  return std::isfinite(loss) ? loss : std::numeric_limits<float>::max();
}

std::vector<double> FinalLosses(const v1::EvaluationEntry& entry) {
  return OfEachRun(entry, [](const auto& run) { return Counted(run.training_loss()); });
}

std::vector<double> InitialLosses(const v1::EvaluationEntry& entry) {
  return OfEachRun(entry, [](const auto& run) { return Counted(run.initial_loss()); });
}

std::vector<double> MeanTrainingLosses(const v1::EvaluationEntry& entry, uint64_t steps) {
  return OfEachRun(entry, [steps](const auto& run) { return MeanTrainingLoss(run, steps); });
}

std::vector<double> HeldOutLosses(const v1::EvaluationEntry& entry) {
  return OfEachRun(entry, [](const auto& run) { return Counted(run.held_out_loss()); });
}

std::vector<double> MeanHeldOutLosses(const v1::EvaluationEntry& entry) {
  return OfEachRun(entry, MeanHeldOutLoss);
}

std::vector<double> TestLosses(const v1::EvaluationEntry& entry) {
  return OfEachRun(entry, [](const auto& run) { return Counted(run.test_loss()); });
}

std::optional<std::vector<double>> HeldOutAccuracies(const v1::EvaluationEntry& entry) {
  for (const auto& run : entry.runs()) {
    if (!run.has_held_out_error()) return std::nullopt;
  }
  return OfEachRun(entry, [](const auto& run) { return 1 - Counted(run.held_out_error()); });
}

std::optional<std::vector<double>> TestAccuracies(const v1::EvaluationEntry& entry) {
  for (const auto& run : entry.runs()) {
    if (!run.has_test_error()) return std::nullopt;
  }
  return OfEachRun(entry, [](const auto& run) { return 1 - Counted(run.test_error()); });
}

}  // namespace paceline
