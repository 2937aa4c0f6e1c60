// How LearnedOptimizer holds its checkpoint and the state of its parameters.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/checkpoint/trained_optimizer.h"
#include "worker/torch_optimizer/learned_optimizer.h"
#include "worker/torch_optimizer/tensor_set.h"

namespace paceline {

class LearnedOptimizer::Impl {
 public:
  // A parameter with a gradient, and the options of its group.
  struct Present {
    torch::Tensor parameter;
    const LearnedOptimizerOptions* options;
    TensorKind kind = TensorKind::kOther;
    size_t set = 0, number = 0;  // its place in `sets`
  };

  Impl(const std::string& checkpoint, int64_t num_steps);
  Impl(TrainedOptimizer trained, int64_t num_steps);

  // In the order of groups and parameters. Checks each parameter and its group's options.
  std::vector<Present> FindPresent(
      const std::vector<torch::optim::OptimizerParamGroup>& groups) const;
  // Gives every one a place, making sets as they are needed.
  void Place(std::vector<Present>& present);
  void Update(std::vector<Present>& present, float loss);

  void Save(const std::vector<torch::optim::OptimizerParamGroup>& groups,
            torch::serialize::OutputArchive& archive) const;
  // The groups' options are loaded, too.
  void Load(std::vector<torch::optim::OptimizerParamGroup>& groups,
            torch::serialize::InputArchive& archive);
  void Reset() {
    sets_.clear();
    places_.clear();
  }

  const v1::LearnedOptimizer& config() const { return trained_.optimizer; }
  const std::string& kind() const { return kind_; }

 private:
  struct Seat {
    size_t set = 0, number = 0;
  };

  void AddSet(const std::vector<Present>& present);
  void PlaceTogether(std::vector<Present>& present);
  void Blend(const Present& one, std::span<const float> before, std::span<float> after) const;

  TrainedOptimizer trained_;
  std::string kind_;
  int64_t num_steps_;
  std::vector<TensorSet> sets_;
  std::map<const void*, Seat> places_;  // by TensorImpl
};

// By number among all parameters of the groups, whose options are `options`.
std::vector<TensorKind> KindsOf(const std::vector<torch::optim::OptimizerParamGroup>& groups,
                                const std::vector<LearnedOptimizerOptions>& options);
// The group's options as ours. std::invalid_argument if they are another optimizer's.
const LearnedOptimizerOptions& OptionsOf(const torch::optim::OptimizerParamGroup& group);

}  // namespace paceline
