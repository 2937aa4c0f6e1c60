#include <fmt/format.h>

#include <utility>

#include "worker/task/activation.h"
#include "worker/task/conv_net/conv_net.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/quadratic/quadratic.h"
#include "worker/task/systems/make_system.h"
#include "worker/task/task.h"

namespace paceline {
namespace {

absl::Status OutOfRange(std::string_view field, int64_t value) {
  return absl::InvalidArgumentError(
      fmt::format("{} is {}, which task.proto does not allow", field, value));
}

absl::StatusOr<std::unique_ptr<Task>> MakeImageMlp(const v1::ImageMlp& config, DataStore& data) {
  if (!IsActivation(config.activation())) {
    return OutOfRange("image_mlp.activation", config.activation());
  }
  if (config.batch() < 1 || config.batch() > 65536) {
    return OutOfRange("image_mlp.batch", config.batch());
  }
  for (const uint32_t width : config.hidden()) {
    if (width < 1 || width > 4096) return OutOfRange("image_mlp.hidden", width);
  }
  const absl::StatusOr<std::shared_ptr<const ImageData>> images =
      data.Images(config.dataset(), static_cast<int>(config.size()));
  if (!images.ok()) return images.status();
  std::vector<int> widths = {static_cast<int>((*images)->pixels())};
  widths.insert(widths.end(), config.hidden().begin(), config.hidden().end());
  widths.push_back((*images)->classes);
  return std::make_unique<ImageMlp>(
      *images, SoftmaxMlp(std::move(widths), config.activation(), config.parametrization()),
      static_cast<int>(config.batch()));
}

absl::StatusOr<std::unique_ptr<Task>> MakeConvNet(const v1::ConvNet& config, DataStore& data) {
  if (!IsActivation(config.activation())) {
    return OutOfRange("conv_net.activation", config.activation());
  }
  if (config.pool() != v1::POOL_AVG && config.pool() != v1::POOL_MAX) {
    return OutOfRange("conv_net.pool", config.pool());
  }
  if (config.batch() < 1 || config.batch() > 65536) {
    return OutOfRange("conv_net.batch", config.batch());
  }
  for (const uint32_t channels : config.channels()) {
    if (channels < 1 || channels > 1024) return OutOfRange("conv_net.channels", channels);
  }
  const absl::StatusOr<std::shared_ptr<const ImageData>> images =
      data.Images(config.dataset(), static_cast<int>(config.size()));
  if (!images.ok()) return images.status();
  return std::make_unique<ConvNet>(config, *images, (*images)->classes);
}

absl::StatusOr<std::unique_ptr<Task>> MakeQuadratic(const v1::Quadratic& config) {
  if (config.dimension() < 1 || config.dimension() > 1000000) {
    return OutOfRange("quadratic.dimension", config.dimension());
  }
  if (config.kind() < v1::QUADRATIC_KIND_PLAIN || config.kind() > v1::QUADRATIC_KIND_LOG) {
    return OutOfRange("quadratic.kind", config.kind());
  }
  return std::make_unique<Quadratic>(static_cast<int>(config.dimension()), config.kind());
}

}  // namespace

size_t Task::parameter_count() const {
  const ParameterTensor& last = parameters().back();
  return last.offset + last.size;
}

absl::StatusOr<std::unique_ptr<Task>> MakeTask(const v1::Task& config, DataStore& data) {
  switch (config.kind_case()) {
    case v1::Task::kImageMlp:
      return MakeImageMlp(config.image_mlp(), data);
    case v1::Task::kConvNet:
      return MakeConvNet(config.conv_net(), data);
    case v1::Task::kQuadratic:
      return MakeQuadratic(config.quadratic());
    case v1::Task::kInfluenceBalancing:
    case v1::Task::kLorenz:
    case v1::Task::kToySchedule:
      return MakeSystem(config);
    case v1::Task::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a task must be image_mlp, say; this one has no kind");
}

}  // namespace paceline
