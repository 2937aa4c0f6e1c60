// Hand-designed optimizers against google/learned_optimization's: every baseline_* trajectory of
// one that we have.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "common/lopt/layout.h"
#include "tests/testing/golden.h"
#include "worker/baselines/adamw.h"
#include "worker/optim/optimizer.h"

namespace paceline {
namespace {

using testing::GoldenFile;

struct Subject {
  std::unique_ptr<Optimizer> optimizer = nullptr;  // not supported, because
  std::vector<float> theta = {};
  std::string missing = {};
};

Subject Learnable(const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors) {
  return {MakeOptimizer(config, tensors, Arithmetic::kSimd), InitialTheta(LayoutOf(config), 0)};
}

Subject SubjectOf(const testing::GoldenOptions& options,
                  const std::vector<ParameterTensor>& tensors) {
  const std::string name = options.value("optimizer", "?");
  const auto number = [&](const char* key, double otherwise) {
    return options.value(key, otherwise);
  };
  v1::LearnedOptimizer config;
  if (name == "SGD") {
    config.mutable_learnable_sgd()->set_learning_rate(number("learning_rate", 0.01));
    return Learnable(config, tensors);
  }
  if (name == "SGDM") {
    config.mutable_learnable_sgdm()->set_learning_rate(number("learning_rate", 0.01));
    config.mutable_learnable_sgdm()->set_momentum(number("momentum", 0.9));
    return Learnable(config, tensors);
  }
  // Why an option has another value than it always has here; or nothing.
  const auto fixed = [&](const char* key, double value) {
    const double own = number(key, value);
    return own == value ? "" : fmt::format("{} {:g}; here {:g}", key, own, value);
  };
  if (name == "Adam") {
    if (std::string missing = fixed("epsilon_root", 1e-8); !missing.empty()) {
      return {.missing = missing};
    }
    v1::LearnableAdam& adam = *config.mutable_learnable_adam();
    adam.set_learning_rate(number("learning_rate", 0.01));
    adam.set_beta1(number("beta1", 0.9));
    adam.set_beta2(number("beta2", 0.999));
    adam.set_epsilon(number("epsilon", 1e-8));
    return Learnable(config, tensors);
  }
  if (name == "AdamW") {
    for (const std::string& missing : {fixed("eps", 1e-8), fixed("eps_root", 0)}) {
      if (!missing.empty()) return {.missing = missing};
    }
    const auto setting = [&](const char* key, double otherwise) {
      return static_cast<float>(number(key, otherwise));
    };
    return {MakeAdamW(tensors),
            {setting("learning_rate", 0.01), 0, 0, setting("b1", 0.9), setting("b2", 0.999),
             setting("weight_decay", 1e-4)}};
  }
  return {.missing = "optimizer " + name};
}

std::vector<ParameterTensor> TensorsOf(const GoldenFile& file) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const std::string& name : file.NamesUnder("init/")) {
    const Tensor& init = file.at("init/" + name);
    tensors.push_back({name, init.shape, offset, init.elements()});
    offset += init.elements();
  }
  return tensors;
}

// All tensors' values of one update, from tensors [update, element].
void Gather(const GoldenFile& file, const std::string& group,
            const std::vector<ParameterTensor>& tensors, size_t update, std::vector<float>& out) {
  for (const ParameterTensor& tensor : tensors) {
    const auto all = file.at(group + tensor.name).f32();
    std::ranges::copy(all.subspan(update * tensor.size, tensor.size),
                      out.begin() + static_cast<ptrdiff_t>(tensor.offset));
  }
}

// Largest part of the tolerance over all updates: 2e-6·max(1, max|p|) + 5e-5·max|p − init|.
double Deviation(const GoldenFile& file, const ParameterTensor& tensor,
                 const std::vector<std::vector<float>>& trajectory) {
  const auto expected = file.at("param64/" + tensor.name).f64();
  const auto initial = file.at("init/" + tensor.name).f32();
  double largest = 1, movement = 0, off = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    movement = std::max(movement, std::abs(expected[i] - initial[i % tensor.size]));
    const double d =
        std::abs(trajectory[i / tensor.size][tensor.offset + i % tensor.size] - expected[i]);
    off = std::isnan(d) ? INFINITY : std::max(off, d);
  }
  return off / (2e-6 * largest + 5e-5 * movement);
}

TEST(GoldenBaselines, FollowTheLibrarysTrajectories) {
  testing::CheckGoldenFiles("baseline_trajectory", [](const GoldenFile& file) -> std::string {
    const std::vector<ParameterTensor> tensors = TensorsOf(file);
    const testing::GoldenOptions options(file.config);
    const Subject subject = SubjectOf(options, tensors);
    if (subject.optimizer == nullptr) return subject.missing;
    if (!options.Unread().empty()) return options.Unread();
    std::vector<float> parameters(tensors.back().offset + tensors.back().size);
    std::vector<float> gradient(parameters.size()), state(subject.optimizer->state_size());
    std::vector<float> scratch(subject.optimizer->scratch_size());
    Gather(file, "init/", tensors, 0, parameters);
    const auto prepared = subject.optimizer->Prepare(subject.theta);
    subject.optimizer->InitState(*prepared, state);
    std::vector<std::vector<float>> trajectory;
    for (size_t update = 0; update < file.at("loss").elements(); ++update) {
      Gather(file, "grad/", tensors, update, gradient);
      // So long a training that a rate that falls has hardly begun to.
      const InnerStep step = {.iteration = static_cast<int64_t>(update),
                              .num_steps = int64_t{1} << 50,
                              .gradient = gradient.data()};
      subject.optimizer->Update(*prepared, step, parameters, state, scratch);
      trajectory.push_back(parameters);
    }
    for (const ParameterTensor& tensor : tensors) {
      const double deviation = Deviation(file, tensor, trajectory);
      EXPECT_LE(deviation, 1) << tensor.name;
      std::printf("%-32s %s %5.1f %% of its tolerance\n", file.name.c_str(), tensor.name.c_str(),
                  100 * deviation);
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
