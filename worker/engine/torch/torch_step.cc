#include "worker/engine/torch/torch_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "worker/engine/torch/torch_losses.h"

namespace paceline {
namespace {

// Blocks of one job share the data set; it leaves the device with the last of them.
std::shared_ptr<const DeviceData> Share(const TorchStepPlan& plan, at::Device device) {
  static std::mutex mutex;
  static std::map<std::pair<const float*, int>, std::weak_ptr<const DeviceData>> shared;
  const std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<const DeviceData>& place = shared[{plan.images, device.index()}];
  if (auto found = place.lock()) return found;
  const auto host = [](const auto* values, at::IntArrayRef shape, at::ScalarType type) {
    return at::from_blob(const_cast<void*>(static_cast<const void*>(values)), shape, type);
  };
  // Only copies, which are waited for: other streams use these.
  auto data = std::make_shared<const DeviceData>(
      DeviceData{host(plan.images, {plan.examples, plan.widths.front()}, at::kFloat).to(device),
                 host(plan.labels, {plan.examples}, at::kInt).to(at::kLong).to(device)});
  place = data;
  return data;
}

// One view [run, shape...] of the rows for each tensor.
std::vector<at::Tensor> ViewsOf(const TorchStepPlan& plan, float* rows, int64_t stride,
                                at::Device device) {
  const at::Tensor all =
      at::from_blob(rows, {plan.runs, stride}, at::TensorOptions(at::kFloat).device(device));
  std::vector<at::Tensor> views;
  for (const ParameterTensor& tensor : plan.tensors) {
    std::vector<int64_t> shape = {plan.runs};
    shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
    views.push_back(
        all.narrow(1, static_cast<int64_t>(tensor.offset), static_cast<int64_t>(tensor.size))
            .view(shape));
  }
  return views;
}

// A host array to a tensor of a device.
template <class T>
void Upload(std::span<const T> values, const at::Tensor& to) {
  to.copy_(at::from_blob(const_cast<T*>(values.data()), to.sizes(),
                         at::TensorOptions(to.scalar_type())));
}

}  // namespace

TorchStep::TorchStep(const TorchStepPlan& plan, const TorchStepArrays& arrays, at::Device device,
                     std::function<void()> update)
    : plan_(plan),
      update_(std::move(update)),
      gradients_(ViewsOf(plan, arrays.gradients, arrays.stride, device)) {
  const at::TensorOptions floats = at::TensorOptions(at::kFloat).device(device);
  const at::TensorOptions longs = at::TensorOptions(at::kLong).device(device);
  for (const at::Tensor& view : ViewsOf(plan, arrays.parameters, arrays.stride, device)) {
    leaves_.push_back(view.detach().requires_grad_());
  }
  losses_ = at::from_blob(arrays.losses, {plan.runs}, floats);
  table_ = at::zeros({plan.max_steps, plan.runs}, floats);
  counter_ = at::zeros({1}, longs);
  if (plan.widths.empty()) {
    targets_ = at::zeros({plan.runs, static_cast<int64_t>(plan.tensors.front().size)}, floats);
    return;
  }
  data_ = Share(plan, device);
  examples_ = at::zeros({plan.max_steps, plan.runs * plan.batch}, longs);
}

void TorchStep::Begin(std::span<const int64_t> examples, std::span<const float> targets) {
  const at::NoGradGuard no_autograd;
  counter_.zero_();
  if (plan_.widths.empty()) {
    if (!targets.empty()) Upload(targets, targets_);
  } else {
    const int64_t row = plan_.runs * plan_.batch;
    Upload(examples, examples_.narrow(0, 0, static_cast<int64_t>(examples.size()) / row));
  }
}

void TorchStep::Enqueue() {
  const at::NoGradGuard no_autograd;
  const at::Tensor losses =
      Differentiate([this](const std::vector<at::Tensor>& leaves) { return Losses(leaves); },
                    leaves_, gradients_);
  losses_.copy_(losses);
  table_.index_copy_(0, counter_, losses.unsqueeze(0));
  counter_.add_(1);
  update_();
}

at::Tensor TorchStep::Losses(const std::vector<at::Tensor>& leaves) const {
  if (plan_.widths.empty()) return QuadraticLosses(plan_.quadratic, leaves.at(0), targets_);
  const at::Tensor chosen = examples_.index_select(0, counter_).view({-1});
  const at::Tensor images =
      data_->images.index_select(0, chosen).view({plan_.runs, plan_.batch, -1});
  const at::Tensor labels = data_->labels.index_select(0, chosen).view({plan_.runs, plan_.batch});
  return ImageMlpLosses(LayersOf(plan_.tensors, leaves), plan_.activation, images, labels,
                        plan_.output_multiplier);
}

}  // namespace paceline
