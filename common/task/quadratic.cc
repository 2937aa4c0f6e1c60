#include "common/task/quadratic.h"

#include <fmt/format.h>

#include "common/task/parts.h"

namespace paceline {
namespace {

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  scaled.mutable_quadratic()->set_dimension(
      Scaled(task.quadratic().dimension(), numerator, denominator));
  return scaled;
}

}  // namespace

TaskFacts QuadraticFacts(const v1::Quadratic& task) {
  const uint64_t dimension = task.dimension();
  TaskFacts facts;
  facts.article_and_name = "a quadratic";
  facts.text =
      fmt::format("quadratic {}, {} dimensions",
                  EnumWord(v1::QuadraticKind_Name(task.kind()), "QUADRATIC_KIND_"), dimension);
  facts.shorthand = fmt::format("quadratic:{}", dimension);
  facts.shorthand_fields = {"dimension"};
  AddTensor("p", {static_cast<int64_t>(dimension)}, TensorKind::kOther, facts.tensors);
  facts.has_curvature = true;
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED};
  facts.own_tier = v1::ENGINE_FUSED;
  facts.curvature_floats = 3 * dimension;
  facts.flops = (task.kind() == v1::QUADRATIC_KIND_TARGET ? 4 : 3) * static_cast<double>(dimension);
  facts.scaled = Widened;
  return facts;
}

}  // namespace paceline
