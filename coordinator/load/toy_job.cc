#include "coordinator/load/toy_job.h"

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kSmallTheta[] = "learnable_sgdm: {learning_rate: 0.01, momentum: 0.9}";
constexpr char kLargeTheta[] = "hyper_v2: {lstm_hidden: 512, param_inits: 256}";

}  // namespace

std::string YamlOf(const ToyJob& job) {
  return fmt::format(
      "name: load\nseed: 23\nengine: reference\n"
      "optimizer: {{{}}}\n"
      "tasks: [{{quadratic: {{dimension: 3, kind: plain}}}}]\n"
      "episode: {{constant: {{steps: 100}}}}\n"
      "estimator: {{nres: {{window: 5, sigma: 0.01}}, particles: {}, block: {}}}\n"
      "outer: {{steps: {}, optimizer: {{sgd: {{learning_rate: 0.01}}}}}}\n"
      "checkpoint_every: 1000\n",
      job.large_theta ? kLargeTheta : kSmallTheta, job.particles, job.block, job.steps);
}

}  // namespace paceline
