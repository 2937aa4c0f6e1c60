#include "common/task/task_fault.h"

#include <fmt/format.h>

#include "common/task/families.h"
#include "common/task/field_fault.h"
#include "common/task/image_mlp.h"
#include "common/task/optimizer_training.h"
#include "common/task/own.h"
#include "common/task/sample.h"

namespace paceline {
namespace {

std::optional<DataUse> OwnDataOf(const v1::Task& task) {
  if (const NetworkFamily* family = NetworkFamilyOf(task)) return family->data(task);
  if (task.has_image_mlp()) return Images(task.image_mlp());
  return std::nullopt;
}

TaskFault ImageFault(const ImageUse& use) {
  const bool folder = use.dataset == v1::DATASET_FOLDER;
  if (folder && !use.options.has_folder()) {
    return {"images.folder",
            "is missing, and dataset is folder; say what is in it: path, height, "
            "width and classes"};
  }
  if (!folder && use.options.has_folder()) {
    return {"images.folder",
            fmt::format("is for dataset folder, and dataset is {}; write dataset: folder, or "
                        "leave it out",
                        use.dataset == v1::DATASET_OWN ? "own" : DatasetFactsOf(use).name)};
  }
  const bool own = use.dataset == v1::DATASET_OWN;
  if (own && !use.options.has_own()) {
    return {"images.own",
            "is missing, and dataset is own; say which it is: plugin, name, height, width and "
            "classes"};
  }
  if (!own && use.options.has_own()) {
    return {"images.own",
            fmt::format("is for dataset own, and dataset is {}; write dataset: own, or leave it "
                        "out",
                        folder ? "folder" : DatasetFactsOf(use).name)};
  }
  const int64_t channels = use.options.grey() ? 1 : DatasetFactsOf(use).channels;
  if (use.options.stack_channels() > 1 && channels != 1) {
    return {"images.stack_channels",
            fmt::format("is {}, which is for grey images, and these have {} channels; write "
                        "grey: true, or leave it out",
                        use.options.stack_channels(), channels)};
  }
  return {};
}

}  // namespace

TaskFault FaultOf(const v1::Task& task) {
  if (task.has_sample()) return SampleFault(task.sample());
  if (task.has_optimizer_training()) return OptimizerTrainingFault(task.optimizer_training());
  if (task.has_own()) return OwnFault(task.own());
  const std::optional<DataUse> data = OwnDataOf(task);
  if (const auto* images = data ? std::get_if<ImageUse>(&*data) : nullptr) {
    if (TaskFault fault = ImageFault(*images); !fault.field.empty()) return fault;
  }
  const NetworkFamily* family = NetworkFamilyOf(task);
  if (family == nullptr || family->fault == nullptr) return {};
  return family->fault(task);
}

bool IsValid(const v1::Task& task) {
  const auto* kind = KindField(task);
  if (kind == nullptr) return false;
  return FieldFault(task.GetReflection()->GetMessage(task, kind)).empty() &&
         FaultOf(task).field.empty();
}

std::string KindOf(const v1::Task& task) {
  const auto* kind = KindField(task);
  return kind == nullptr ? "" : kind->name();
}

}  // namespace paceline
