#include "worker/task/make_task.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/task/augment.h"
#include "common/task/facts.h"
#include "common/task/families.h"
#include "common/task/field_fault.h"
#include "common/task/image_mlp.h"
#include "common/task/task_fault.h"
#include "worker/task/augment/augmented_task.h"
#include "worker/task/batch_change.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/network/network_task.h"
#include "worker/task/optimizer_training/optimizer_training.h"
#include "worker/task/own/make_own_task.h"
#include "worker/task/policy_gradient/policy_gradient_task.h"
#include "worker/task/quadratic/quadratic.h"
#include "worker/task/systems/make_system.h"

namespace paceline {
namespace {

absl::StatusOr<std::unique_ptr<Task>> MakeImageMlp(const v1::ImageMlp& config,
                                                   const BatchChange& change, DataStore& data) {
  const absl::StatusOr<std::shared_ptr<const ImageData>> images = data.Images(Images(config));
  if (!images.ok()) return images.status();
  std::vector<int> widths = {static_cast<int>((*images)->pixels())};
  widths.insert(widths.end(), config.hidden().begin(), config.hidden().end());
  widths.push_back((*images)->classes);
  return std::make_unique<ImageMlp>(
      *images, SoftmaxMlp(std::move(widths), config.activation(), config.parametrization()),
      static_cast<int>(config.batch()), change);
}

absl::StatusOr<std::unique_ptr<Task>> MakeNetworkTask(const v1::Task& config,
                                                      const BatchChange& change, DataStore& data) {
  Network network = *NetworkOf(config);
  const std::optional<DataUse> use = NetworkFamilyOf(config)->data(config);
  if (!use) return std::make_unique<NetworkTask>(config, std::move(network), std::nullopt);
  absl::StatusOr<TaskData> arrays = LoadTaskData(*use, network, data);
  if (!arrays.ok()) return arrays.status();
  return std::make_unique<NetworkTask>(config, std::move(network), *std::move(arrays), change);
}

std::unique_ptr<Task> MakeQuadratic(const v1::Quadratic& config) {
  return std::make_unique<Quadratic>(static_cast<int>(config.dimension()), config.kind());
}

absl::StatusOr<std::unique_ptr<Task>> MakeBare(const v1::Task& config, const BatchChange& change,
                                               DataStore& data) {
  if (NetworkFamilyOf(config) != nullptr) return MakeNetworkTask(config, change, data);
  if (config.has_image_mlp()) return MakeImageMlp(config.image_mlp(), change, data);
  if (config.has_quadratic()) return MakeQuadratic(config.quadratic());
  if (config.has_own()) return MakeOwnTask(config.own(), data.plugins());
  if (config.has_optimizer_training()) {
    return OptimizerTraining::Make(config.optimizer_training(), data);
  }
  if (config.has_policy_gradient()) {
    return std::make_unique<PolicyGradientTask>(config.policy_gradient());
  }
  if (FactsOf(config).is_system()) return MakeSystem(config);
  return absl::InvalidArgumentError("a task must be image_mlp, say; this one has no kind");
}

BatchChange ChangeOf(const v1::Augmentations& drawn) {
  BatchChange change;
  if (drawn.has_input_scale()) {
    change.input_scale = static_cast<float>(drawn.input_scale().factor(0));
  }
  if (drawn.has_label_noise()) change.label_noise = drawn.label_noise().part(0);
  return change;
}

absl::Status CheckAugmentations(const v1::Task& config) {
  const std::vector<TaskFault> faults = AugmentationFaults(config);
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(faults.front().field, " ", faults.front().what));
  }
  if (IsDrawn(config.augment())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("augment is to be drawn before a task is made: ", TextOf(config.augment())));
}

absl::StatusOr<std::unique_ptr<Task>> MakeAugmented(const v1::Task& config, DataStore& data) {
  if (absl::Status status = CheckAugmentations(config); !status.ok()) return status;
  auto base = MakeBare(BaseTaskOf(config), ChangeOf(config.augment()), data);
  // Of an episode that has none.
  if (!base.ok() || config.augment().ByteSizeLong() == 0) return base;
  return std::make_unique<AugmentedTask>(config.augment(), *std::move(base));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Task>> MakeTask(const v1::Task& config, DataStore& data) {
  // A weight is none of the task's own fields.
  v1::Task own = config;
  own.set_weight(1);
  if (const std::string fault = FieldFault(own); !fault.empty()) {
    return absl::InvalidArgumentError(fault);
  }
  if (const TaskFault fault = FaultOf(config); !fault.field.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(KindOf(config), ".", fault.field, " ", fault.what));
  }
  return config.has_augment() ? MakeAugmented(config, data) : MakeBare(config, {}, data);
}

}  // namespace paceline
