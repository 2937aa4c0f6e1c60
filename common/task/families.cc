#include "common/task/families.h"

#include "common/task/autoencoder.h"
#include "common/task/conv_net.h"
#include "common/task/graph_net.h"
#include "common/task/image_mlp_network.h"
#include "common/task/mlp_mixer.h"
#include "common/task/quadratic_network.h"
#include "common/task/resnet.h"
#include "common/task/rnn_lm.h"
#include "common/task/table_mlp.h"
#include "common/task/transformer_lm.h"
#include "common/task/vae.h"
#include "common/task/vit.h"

namespace paceline {
namespace {

constexpr struct {
  v1::Task::KindCase kind;
  const NetworkFamily* family;
} kFamilies[] = {
    {v1::Task::kImageMlp, &kImageMlpFamily},
    {v1::Task::kConvNet, &kConvNetFamily},
    {v1::Task::kResnet, &kResnetFamily},
    {v1::Task::kAutoencoder, &kAutoencoderFamily},
    {v1::Task::kVae, &kVaeFamily},
    {v1::Task::kRnnLm, &kRnnLmFamily},
    {v1::Task::kTransformerLm, &kTransformerLmFamily},
    {v1::Task::kVit, &kVitFamily},
    {v1::Task::kMlpMixer, &kMlpMixerFamily},
    {v1::Task::kTableMlp, &kTableMlpFamily},
    {v1::Task::kGraphNet, &kGraphNetFamily},
    {v1::Task::kQuadratic, &kQuadraticFamily},
};

// What kernels and loops of its own compute.
bool IsHandWritten(const v1::Task& task) {
  return (task.has_image_mlp() && IsPlainMlp(task.image_mlp())) ||
         (task.has_quadratic() && IsSimpleQuadratic(task.quadratic()));
}

}  // namespace

const NetworkFamily* NetworkFamilyOf(const v1::Task& task) {
  for (const auto& [kind, family] : kFamilies) {
    if (task.kind_case() == kind && !IsHandWritten(task)) return family;
  }
  return nullptr;
}

std::optional<Network> NetworkOf(const v1::Task& task) {
  const NetworkFamily* family = NetworkFamilyOf(task);
  if (family == nullptr) return std::nullopt;
  return family->network(task);
}

const google::protobuf::FieldDescriptor* KindField(const v1::Task& task) {
  const auto& kinds = *v1::Task::descriptor()->FindOneofByName("kind");
  return task.GetReflection()->GetOneofFieldDescriptor(task, &kinds);
}

v1::Task WithBatch(const v1::Task& task, int64_t batch) {
  v1::Task changed = task;
  google::protobuf::Message& own =
      *changed.GetReflection()->MutableMessage(&changed, KindField(changed));
  own.GetReflection()->SetUInt32(&own, own.GetDescriptor()->FindFieldByName("batch"),
                                 static_cast<uint32_t>(batch));
  return changed;
}

}  // namespace paceline
