#include "worker/engine/torch/torch_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <utility>

#include "worker/engine/torch/differentiate.h"
#include "worker/engine/torch/torch_rows.h"

namespace paceline {
namespace {

// One view [run, shape...] of the rows for each tensor.
std::vector<at::Tensor> ViewsOf(const TorchStepPlan& plan, float* rows, int64_t stride,
                                at::Device device) {
  const at::Tensor all =
      at::from_blob(rows, {plan.runs, stride}, at::TensorOptions(at::kFloat).device(device));
  return RowViews(all, plan.tensors);
}

}  // namespace

TorchStep::TorchStep(const TorchStepPlan& plan, const TorchStepArrays& arrays, at::Device device,
                     std::function<void()> update)
    : loss_(plan.loss),
      update_(std::move(update)),
      batches_(plan.program, plan.runs, plan.max_steps, device),
      gradients_(ViewsOf(plan, arrays.gradients, arrays.stride, device)) {
  const at::TensorOptions floats = at::TensorOptions(at::kFloat).device(device);
  for (const at::Tensor& view : ViewsOf(plan, arrays.parameters, arrays.stride, device)) {
    leaves_.push_back(view.detach().requires_grad_());
  }
  losses_ = at::from_blob(arrays.losses, {plan.runs}, floats);
  table_ = at::zeros({plan.max_steps, plan.runs}, floats);
  counter_ = at::zeros({1}, floats.dtype(at::kLong));
}

void TorchStep::Begin(const StepTables& tables) {
  const at::NoGradGuard no_autograd;
  counter_.zero_();
  batches_.Begin(tables);
}

void TorchStep::Enqueue() {
  const at::NoGradGuard no_autograd;
  const at::Tensor losses = Differentiate(loss_, leaves_, batches_.At(counter_), gradients_);
  losses_.copy_(losses);
  table_.index_copy_(0, counter_, losses.unsqueeze(0));
  counter_.add_(1);
  update_();
}

}  // namespace paceline
