#include "worker/torch_optimizer/update.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "worker/torch_optimizer/turned.h"

namespace paceline {
namespace {

using Values = std::span<float>;

Values ParameterOf(const SeatedParameter& one) {
  return one.set->Tensor(one.set->parameters(), one.number);
}

Values GradientOf(const SeatedParameter& one) {
  return one.set->Tensor(one.set->gradient(), one.number);
}

double SumOfSquares(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return sum;
}

void ClipByGroup(const std::vector<SeatedParameter>& parameters) {
  std::map<const LearnedOptimizerOptions*, double> squares;  // by group
  for (const SeatedParameter& one : parameters) {
    if (one.options->max_grad_norm() > 0) squares[one.options] += SumOfSquares(GradientOf(one));
  }
  for (const SeatedParameter& one : parameters) {
    const double limit = one.options->max_grad_norm();
    const double norm = limit > 0 ? std::sqrt(squares[one.options]) : 0;
    if (norm <= limit) continue;
    const auto scale = static_cast<float>(limit / norm);
    for (float& value : GradientOf(one)) value *= scale;
  }
}

void Blend(const LearnedOptimizerOptions& options, std::span<const float> before, Values after) {
  const auto lr = static_cast<float>(options.lr());
  const auto decay = static_cast<float>(options.lr() * options.weight_decay());
  if (lr == 1 && decay == 0) return;
  for (size_t i = 0; i < after.size(); ++i) {
    const float learned = lr == 1 ? after[i] : before[i] + lr * (after[i] - before[i]);
    after[i] = learned - decay * before[i];
  }
}

}  // namespace

void UpdateParameters(std::vector<SeatedParameter>& parameters, float loss, int64_t num_steps) {
  std::vector<std::vector<float>> before;
  std::vector<TensorSet*> sets;  // each once
  for (const SeatedParameter& one : parameters) {
    const bool turn = one.options->turn_weights();
    ReadTurned(one.tensor, turn, ParameterOf(one));
    ReadTurned(one.tensor.grad(), turn, GradientOf(one));
    const Values values = ParameterOf(one);
    before.emplace_back(values.begin(), values.end());
    if (sets.empty() || sets.back() != one.set) sets.push_back(one.set);
  }
  ClipByGroup(parameters);
  for (TensorSet* set : sets) set->Update(loss, num_steps);
  for (size_t i = 0; i < parameters.size(); ++i) {
    SeatedParameter& one = parameters[i];
    Blend(*one.options, before[i], ParameterOf(one));
    WriteTurned(ParameterOf(one), one.options->turn_weights(), one.tensor);
  }
}

}  // namespace paceline
