#include "common/task/families.h"

#include "common/task/conv_net.h"
#include "common/task/image_mlp_network.h"
#include "common/task/mlp_mixer.h"
#include "common/task/quadratic_network.h"
#include "common/task/resnet.h"
#include "common/task/table_mlp.h"
#include "common/task/vit.h"

namespace paceline {

const NetworkFamily* NetworkFamilyOf(const v1::Task& task) {
  switch (task.kind_case()) {
    case v1::Task::kImageMlp:
      return IsPlainMlp(task.image_mlp()) ? nullptr : &kImageMlpFamily;
    case v1::Task::kConvNet:
      return &kConvNetFamily;
    case v1::Task::kQuadratic:
      return IsSimpleQuadratic(task.quadratic()) ? nullptr : &kQuadraticFamily;
    case v1::Task::kTableMlp:
      return &kTableMlpFamily;
    case v1::Task::kMlpMixer:
      return &kMlpMixerFamily;
    case v1::Task::kVit:
      return &kVitFamily;
    case v1::Task::kResnet:
      return &kResnetFamily;
    case v1::Task::kAutoencoder:
    case v1::Task::kVae:
    case v1::Task::kRnnLm:
    case v1::Task::kTransformerLm:
    case v1::Task::kSample:
    case v1::Task::kInfluenceBalancing:
    case v1::Task::kLorenz:
    case v1::Task::kToySchedule:
    case v1::Task::KIND_NOT_SET:
      break;
  }
  return nullptr;
}

std::optional<Network> NetworkOf(const v1::Task& task) {
  const NetworkFamily* family = NetworkFamilyOf(task);
  if (family == nullptr) return std::nullopt;
  return family->network(task);
}

v1::Task WithBatch(const v1::Task& task, int64_t batch) {
  v1::Task changed = task;
  const auto& kinds = *v1::Task::descriptor()->FindOneofByName("kind");
  const auto* kind = changed.GetReflection()->GetOneofFieldDescriptor(changed, &kinds);
  google::protobuf::Message& own = *changed.GetReflection()->MutableMessage(&changed, kind);
  own.GetReflection()->SetUInt32(&own, own.GetDescriptor()->FindFieldByName("batch"),
                                 static_cast<uint32_t>(batch));
  return changed;
}

}  // namespace paceline
