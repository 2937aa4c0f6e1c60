// Tasks that make their examples: built of a config's text, and trained by Adam.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "common/base/aligned_floats.h"
#include "worker/network/fused/fused_network.h"
#include "worker/task/make_task.h"
#include "worker/task/network/network_task.h"

namespace paceline::testing {

inline std::unique_ptr<Task> MakeMadeTask(const std::string& text) {
  v1::Task config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  DataStore nothing("/no/such/folder");
  auto task = MakeTask(config, nothing);
  EXPECT_TRUE(task.ok()) << task.status();
  return *std::move(task);
}

// Parameters after `steps` steps of Adam with this learning rate.
inline std::vector<float> Trained(const Task& task, const RunSeed& seed, int steps, float rate) {
  const NetworkTask& own = *task.network_task();
  const FusedNetwork network(own.network());
  AlignedFloats scratch(network.scratch_size());
  std::vector<float> p(task.parameter_count()), g(p.size()), m(p.size()), v(p.size());
  task.SampleInitial(seed, p);
  for (int step = 0; step < steps; ++step) {
    network.LossAndGradient(own.Inputs(seed, step), p, g, scratch.span());
    const float first = 1 - std::pow(0.9f, static_cast<float>(step + 1));
    const float second = 1 - std::pow(0.999f, static_cast<float>(step + 1));
    for (size_t i = 0; i < p.size(); ++i) {
      m[i] = 0.9f * m[i] + 0.1f * g[i];
      v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
      p[i] -= rate * (m[i] / first) / (std::sqrt(v[i] / second) + 1e-8f);
    }
  }
  return p;
}

}  // namespace paceline::testing
