#include "common/task/facts.h"

#include "common/task/conv_net.h"
#include "common/task/image_mlp.h"
#include "common/task/quadratic.h"
#include "common/task/systems.h"

namespace paceline {

TaskFacts FactsOf(const v1::Task& task) {
  switch (task.kind_case()) {
    case v1::Task::kImageMlp:
      return ImageMlpFacts(task.image_mlp());
    case v1::Task::kConvNet:
      return ConvNetFacts(task.conv_net());
    case v1::Task::kQuadratic:
      return QuadraticFacts(task.quadratic());
    case v1::Task::kInfluenceBalancing:
      return InfluenceBalancingFacts();
    case v1::Task::kLorenz:
      return LorenzFacts();
    case v1::Task::kToySchedule:
      return ToyScheduleFacts();
    case v1::Task::KIND_NOT_SET:
      break;
  }
  return {};
}

}  // namespace paceline
