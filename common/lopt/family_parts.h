// What the description of a family is made of. A family is a struct in its folder's family.h:
//
//   // Its message, the plan of its folder's plan.h (the kernel's name is in it), and where its
//   // message stands.
//   struct LinearFamily : FamilyBase<v1::Linear, LinearPlan, v1::LearnedOptimizer::kLinear,
//                                    &v1::LearnedOptimizer::linear> {
//     // θ.
//     static std::vector<ThetaLeaf> Leaves(const Config& config);
//     // State, prepared θ and scratch for these tensors.
//     static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
//                                    const std::vector<ParameterTensor>& tensors);
//     // Of one update, as worker/bench/flops.h counts them.
//     static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
//     // Values kept for each of the tensor's elements beside itself and its gradient; what is kept
//     // for a row or column does not count.
//     static double Accumulators(const Config& config, const ParameterTensor& tensor);
//   };
//
// Whether it clips gradients or wants curvature follows from the fields `clip` and `curvature` of
// its message.
#pragma once

#include <vector>

#include "common/lopt/layout.h"
#include "common/lopt/plan/owned_plan.h"
#include "common/lopt/tensor.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

template <class Message, class PlanOfFamily, v1::LearnedOptimizer::KindCase kind,
          const Message& (v1::LearnedOptimizer::*own)() const>
struct FamilyBase {
  using Config = Message;
  using Plan = PlanOfFamily;
  static constexpr auto kKind = kind;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) { return (optimizer.*own)(); }

  // Does an update go by the loss, by the length of the episode?
  static constexpr bool kReadsLoss = false;
  static constexpr bool kReadsNumSteps = false;
  // Is all of θ read in every update, as an LSTM's weights are, so that it counts as traffic?
  static constexpr bool kReadsThetaWhole = false;
};

}  // namespace paceline
