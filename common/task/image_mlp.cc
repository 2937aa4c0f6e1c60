#include "common/task/image_mlp.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/network/network.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

// The batch's images, and what worker/kernels/mlp_shape.h lays out.
uint64_t ScratchFloats(std::span<const int64_t> widths, uint64_t batch) {
  uint64_t floats = batch * static_cast<uint64_t>(widths[0]) + 3 * PaddedTo16(batch);
  for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    const auto in = static_cast<uint64_t>(widths[layer]);
    const auto out = static_cast<uint64_t>(widths[layer + 1]);
    const bool last = layer + 2 == widths.size();
    floats += (last ? 1 : 2) * batch * PaddedTo16(out);
    if (out % 16 != 0) floats += (in + 1) * PaddedTo16(out);
    if (layer > 0) floats += out * PaddedTo16(in);
  }
  return floats;
}

// A probe: its vector and products, and what worker/kernels/mlp_shape.h lays out for them.
uint64_t CurvatureFloats(std::span<const int64_t> widths, uint64_t batch, uint64_t parameters) {
  uint64_t values = 0, widest = 0;
  for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    const uint64_t out = PaddedTo16(static_cast<uint64_t>(widths[layer + 1]));
    values += batch * out;
    widest = std::max(widest, static_cast<uint64_t>(widths[layer]) * out);
  }
  const uint64_t network = ScratchFloats(widths, batch) - batch * static_cast<uint64_t>(widths[0]);
  return 3 * parameters + 2 * network + 5 * values + widest;
}

double Flops(std::span<const int64_t> widths, double batch, v1::Activation activation) {
  const ActivationFlops activity = FlopsOf(activation);
  double flops = 0;
  for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    const auto in = static_cast<double>(widths[layer]),
               out = static_cast<double>(widths[layer + 1]);
    const double product = 2 * batch * in * out;
    flops += (layer == 0 ? 2 : 3) * product;
    flops += batch * out;  // gradient of the bias
    if (layer + 2 < widths.size()) flops += batch * out * (activity.value + activity.slope + 1);
  }
  return flops + batch * SoftmaxFlops(static_cast<double>(widths.back()));
}

// Of the weights of layer i; a single layer counts as the output's.
TensorKind WeightKind(size_t i, size_t layers) {
  if (i + 1 == layers) return TensorKind::kOutputWeights;
  return i == 0 ? TensorKind::kInputWeights : TensorKind::kHiddenWeights;
}

}  // namespace

ImageUse Images(const v1::ImageMlp& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

v1::Task WidenedMlp(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_image_mlp()->mutable_hidden()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

float MlpOutputMultiplier(v1::Parametrization parametrization, int64_t last_inputs) {
  return parametrization == v1::PARAMETRIZATION_MU ? 1 / static_cast<float>(last_inputs) : 1.0f;
}

std::vector<int64_t> MlpWidths(const v1::ImageMlp& task) {
  std::vector<int64_t> widths = {ElementsOf(ImageShape(Images(task)))};
  widths.insert(widths.end(), task.hidden().begin(), task.hidden().end());
  widths.push_back(DatasetFactsOf(Images(task)).classes);
  return widths;
}

std::vector<ParameterTensor> MlpTensors(std::span<const int64_t> widths) {
  std::vector<ParameterTensor> tensors;
  for (size_t i = 0; i + 1 < widths.size(); ++i) {
    AddTensor(fmt::format("mlp/~/linear_{}/w", i), {widths[i], widths[i + 1]},
              WeightKind(i, widths.size() - 1), tensors);
    AddTensor(fmt::format("mlp/~/linear_{}/b", i), {widths[i + 1]}, TensorKind::kBias, tensors);
  }
  return tensors;
}

TaskFacts ImageMlpFacts(const v1::ImageMlp& task) {
  const std::vector<int64_t> widths = MlpWidths(task);
  const uint64_t batch = task.batch();
  TaskFacts facts;
  facts.article_and_name = "an image_mlp";
  facts.text = fmt::format("{}, hidden [{}], {}, batch {}", TextOf(Images(task)),
                           fmt::join(task.hidden(), ", "),
                           EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"), batch);
  facts.shorthand = fmt::format("mlp:{}", fmt::join(widths, "-"));
  facts.shorthand_fields = {"size", "dataset", "hidden"};
  facts.tensors = MlpTensors(widths);
  facts.data = Images(task);
  facts.has_classes = true;
  facts.has_curvature = true;
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED};
  facts.own_tier = v1::ENGINE_FUSED;
  facts.batch_floats = batch * static_cast<uint64_t>(widths[0]);
  for (size_t i = 1; i < widths.size(); ++i) {
    facts.value_floats += batch * static_cast<uint64_t>(widths[i]);
  }
  facts.scratch_floats = ScratchFloats(widths, batch);
  facts.curvature_floats = CurvatureFloats(widths, batch, facts.parameter_count());
  facts.flops = Flops(widths, static_cast<double>(batch), task.activation());
  facts.scaled = WidenedMlp;
  return facts;
}

}  // namespace paceline
