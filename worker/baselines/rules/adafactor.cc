#include "worker/baselines/rules/adafactor.h"

#include <algorithm>
#include <numeric>

#include "worker/baselines/rules/makers.h"

namespace paceline {
namespace {

// Of equal axes the later one counts as the longer (a stable sort). Rank 2 at least.
std::vector<uint32_t> AxesByLength(const RuleTensor& tensor) {
  std::vector<uint32_t> axes(tensor.rank);
  std::iota(axes.begin(), axes.end(), 0u);
  std::ranges::stable_sort(axes, {}, [&](uint32_t axis) { return tensor.shape[axis]; });
  return axes;
}

// Rows along axis `row`, columns along the later axis `column`, the others in their order.
void Arrange(uint32_t row, uint32_t column, RuleTensor& tensor) {
  tensor.rows = tensor.shape[row];
  tensor.columns = tensor.shape[column];
  tensor.strides[column] = 1;
  tensor.strides[row] = tensor.columns;
  uint32_t stride = tensor.rows * tensor.columns;
  for (uint32_t axis = tensor.rank; axis-- > 0;) {
    if (axis == row || axis == column) continue;
    tensor.strides[axis] = stride;
    stride *= tensor.shape[axis];
    tensor.batches *= tensor.shape[axis];
  }
  tensor.in_place = column + 1 == tensor.rank && row + 2 == tensor.rank;
}

void Factor(double least, RuleTensor& tensor) {
  if (tensor.rank < 2 || tensor.size == 0) return;
  const std::vector<uint32_t> axes = AxesByLength(tensor);
  const uint32_t longest = axes[axes.size() - 1], second = axes[axes.size() - 2];
  if (tensor.shape[second] < least) return;
  Arrange(std::min(longest, second), std::max(longest, second), tensor);
}

size_t SecondMoments(const RuleTensor& tensor) {
  if (tensor.rows == 0) return tensor.size;
  return size_t{tensor.batches} * (tensor.rows + tensor.columns);
}

}  // namespace

MadeRule<AdafactorPlan> MakeAdafactor(const RuleRequest& request) {
  MadeRule<AdafactorPlan> made = {{.decay_rate = request("decay_rate"),
                                   .decay_offset = request("decay_offset"),
                                   .momentum = request("momentum"),
                                   .weight_decay = request("weight_decay"),
                                   .threshold = request("threshold"),
                                   .parameter_scale = request.Is("parameter_scale"),
                                   .epsilon = request("epsilon")},
                                  PlainTensors(request)};
  AdafactorPlan& plan = made.plan;
  size_t largest_arranged = 0;
  for (RuleTensor& tensor : made.tensors) {
    Factor(request("least_factored"), tensor);
    tensor.state = plan.sizes.state;
    plan.sizes.state += SecondMoments(tensor) + (plan.momentum > 0 ? tensor.size : 0);
    if (!tensor.in_place) largest_arranged = std::max(largest_arranged, tensor.size);
  }
  plan.arranged = request.largest_tensor();
  plan.sizes.scratch = plan.arranged + largest_arranged;
  return made;
}

}  // namespace paceline
