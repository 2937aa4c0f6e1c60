// How LearnedOptimizer holds its checkpoint and the state of its parameters.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/checkpoint/trained_optimizer.h"
#include "worker/torch_optimizer/learned_optimizer.h"
#include "worker/torch_optimizer/parameters.h"
#include "worker/torch_optimizer/tensor_set.h"

namespace paceline {

class LearnedOptimizer::Impl {
 public:
  Impl(const std::string& checkpoint, int64_t num_steps);
  Impl(TrainedOptimizer trained, int64_t num_steps);

  // That all parameters that may get a gradient can be updated.
  void Check(const ParameterGroups& groups) const;
  // Updates those with a gradient. Nothing is changed if one of them is refused.
  void Step(const ParameterGroups& groups, float loss);

  void Save(const ParameterGroups& groups, torch::serialize::OutputArchive& archive) const;
  // The groups' options are loaded, too.
  void Load(ParameterGroups& groups, torch::serialize::InputArchive& archive);
  void Reset() { seats_.clear(); }

  const v1::LearnedOptimizer& config() const { return trained_.optimizer; }
  const std::string& kind() const { return kind_; }

 private:
  // Where a parameter's state is, and what the parameter was when it was made.
  struct Seat {
    std::shared_ptr<TensorSet> set;
    size_t number = 0;  // in the set
    // Keeps the key from being taken by another tensor, but not the values.
    c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl> tensor;
    std::vector<int64_t> shape;
    bool turned = false;
    ParameterKind kind = ParameterKind::kOther;
  };
  using Seats = std::map<const void*, Seat>;  // by TensorImpl

  const Seat* Find(const Parameter& parameter) const;
  void CheckSeat(const Parameter& parameter) const;
  void CheckTogether(const std::vector<Parameter>& present) const;
  // New state for all of `members`, in one set.
  void AddSet(const std::vector<Parameter>& members);
  void SeatAll(const std::vector<Parameter>& present);

  TrainedOptimizer trained_;
  std::string kind_;
  int64_t num_steps_;
  Seats seats_;
};

}  // namespace paceline
