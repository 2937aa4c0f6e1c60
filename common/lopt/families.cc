#include "common/lopt/families.h"

#include <cstdio>
#include <cstdlib>

#include "common/lopt/family.h"

namespace paceline {
namespace {

std::string NameOf(v1::LearnedOptimizer::KindCase kind) {
  return std::string(
      v1::LearnedOptimizer::descriptor()->FindFieldByNumber(static_cast<int>(kind))->name());
}

template <class F>
Family RowOf() {
  return {.kind = F::kKind,
          .name = NameOf(F::kKind),
          .leaves = [](const Family::Config& c) { return F::Leaves(F::Of(c)); },
          .sizes = [](const Family::Config& c, const Family::Tensors& tensors) -> PlanSizes {
            return F::PlanFor(c, tensors).plan;
          },
          .flops = [](const Family::Config& c,
                      const Family::Tensors& tensors) { return F::Flops(F::Of(c), tensors); },
          .accumulators =
              [](const Family::Config& c, const ParameterTensor& tensor) {
                return F::Accumulators(F::Of(c), tensor);
              },
          .curvature = [](const Family::Config& c) { return CurvatureNeedsOf(F::Of(c)); },
          .clips_globally =
              [](const Family::Config& c) {
                if constexpr (requires { F::Of(c).clip(); }) {
                  return F::Of(c).clip().has_global_norm();
                } else {
                  return false;
                }
              },
          .reads_loss = F::kReadsLoss,
          .reads_num_steps = F::kReadsNumSteps,
          .reads_theta_whole = F::kReadsThetaWhole};
}

std::vector<ThetaLeaf> SystemLeaves(const v1::LearnedOptimizer& optimizer) {
  const v1::SystemParameters& config = optimizer.system_parameters();
  return {{.path = "theta",
           .shape = {config.initial_size()},
           .initial_values = {config.initial().begin(), config.initial().end()}}};
}

Family SystemRow() {
  return {.kind = v1::LearnedOptimizer::kSystemParameters,
          .name = NameOf(v1::LearnedOptimizer::kSystemParameters),
          .leaves = SystemLeaves,
          .sizes = [](const Family::Config&, const Family::Tensors&) { return PlanSizes(); },
          .flops = [](const Family::Config&, const Family::Tensors&) { return 0.0; },
          .accumulators = [](const Family::Config&, const ParameterTensor&) { return 0.0; },
          .curvature = [](const Family::Config&) { return CurvatureNeeds(); },
          .clips_globally = [](const Family::Config&) { return false; }};
}

template <class... Fs>
std::vector<Family> AllRows(const FamilyList<Fs...>*) {
  return {RowOf<Fs>()..., SystemRow()};
}

}  // namespace

std::span<const Family> Families() {
  static const std::vector<Family> kRows = AllRows(static_cast<const AllFamilies*>(nullptr));
  return kRows;
}

const Family& FamilyOf(const v1::LearnedOptimizer& config) {
  for (const Family& family : Families()) {
    if (family.kind == config.kind_case()) return family;
  }
  FailNoOptimizer();
}

void FailNoOptimizer() {
  std::fprintf(stderr, "a learned optimizer of no kind, or of one that no family is of\n");
  std::abort();
}

}  // namespace paceline
