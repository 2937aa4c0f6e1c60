// Hand-designed optimizers against google/learned_optimization's: every baseline_* trajectory, in
// float32 on every instruction set and in float64, and the schedules of learning rates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "common/baseline/schedule.h"
#include "tests/testing/golden.h"
#include "tests/testing/golden_baseline.h"
#include "tests/testing/targets.h"
#include "worker/baselines/make.h"

namespace paceline {
namespace {

using testing::GoldenFile;

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
template <class Number>
std::vector<Number> Gather(const GoldenFile& file, const std::string& group,
                           const std::vector<ParameterTensor>& tensors, size_t update) {
  std::vector<Number> out;
  for (const ParameterTensor& tensor : tensors) {
    const auto all = file.at(group + tensor.name).f32().subspan(update * tensor.size, tensor.size);
    out.insert(out.end(), all.begin(), all.end());
  }
  return out;
}

// Parameters after each update.
template <class Number>
using Trajectory = std::vector<std::vector<Number>>;

// update(number, gradient, parameters)
template <class Number, class Update>
Trajectory<Number> Follow(const GoldenFile& file, const std::vector<ParameterTensor>& tensors,
                          const Update& update) {
  std::vector<Number> parameters = Gather<Number>(file, "init/", tensors, 0);
  Trajectory<Number> trajectory;
  for (size_t i = 0; i < file.at("loss").elements(); ++i) {
    const std::vector<Number> gradient = Gather<Number>(file, "grad/", tensors, i);
    update(static_cast<int64_t>(i), gradient, parameters);
    trajectory.push_back(parameters);
  }
  return trajectory;
}

Trajectory<float> InFloat(const GoldenFile& file, const v1::BaselineSetting& setting,
                          const std::vector<ParameterTensor>& tensors, lane::Target target) {
  const auto optimizer = MakeBaseline(setting, tensors, target).value();
  const auto prepared = optimizer->Prepare({});
  std::vector<float> state(optimizer->state_size(), NAN), scratch(optimizer->scratch_size(), NAN);
  optimizer->InitState(*prepared, state);
  return Follow<float>(file, tensors, [&](int64_t i, const auto& gradient, auto& parameters) {
    const InnerStep step = {
        .iteration = i, .num_steps = testing::StepsOf(file), .gradient = gradient.data()};
    optimizer->Update(*prepared, step, parameters, state, scratch);
  });
}

Trajectory<double> InDouble(const GoldenFile& file, const v1::BaselineSetting& setting,
                            const std::vector<ParameterTensor>& tensors) {
  const auto optimizer = MakeDoubleBaseline(setting, tensors).value();
  std::vector<double> state(optimizer->state_size(), NAN), scratch(optimizer->scratch_size(), NAN);
  optimizer->InitState(state);
  return Follow<double>(file, tensors, [&](int64_t i, const auto& gradient, auto& parameters) {
    optimizer->Update(i, testing::StepsOf(file), gradient.data(), parameters, state, scratch);
  });
}

struct Deviation {
  double size = 1;      // max(1, max|p|)
  double movement = 0;  // max|p − init|
  double off = 0;
};

template <class Number>
Deviation DeviationOf(const GoldenFile& file, const ParameterTensor& tensor,
                      const Trajectory<Number>& trajectory) {
  const auto expected = file.at("param64/" + tensor.name).f64();
  const auto initial = file.at("init/" + tensor.name).f32();
  Deviation deviation;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double moved = expected[i] - static_cast<double>(initial[i % tensor.size]);
    deviation.size = std::max(deviation.size, std::abs(expected[i]));
    deviation.movement = std::max(deviation.movement, std::abs(moved));
    const auto own =
        static_cast<double>(trajectory[i / tensor.size][tensor.offset + i % tensor.size]);
    const double off = std::abs(own - expected[i]);
    deviation.off = std::isnan(off) ? INFINITY : std::max(deviation.off, off);
  }
  return deviation;
}

TEST(GoldenBaselines, FollowTheLibrarysTrajectories) {
  testing::CheckGoldenFiles("baseline_trajectory", [](const GoldenFile& file) -> std::string {
    const std::vector<ParameterTensor> tensors = TensorsOf(file);
    v1::BaselineSetting setting;
    const std::string missing = testing::SettingOf(file, setting);
    if (!missing.empty()) return missing;
    EXPECT_TRUE(CheckBaseline(setting).ok()) << CheckBaseline(setting);
    for (const lane::Target target : testing::RunnableTargets()) {
      const Trajectory<float> trajectory = InFloat(file, setting, tensors, target);
      for (const ParameterTensor& tensor : tensors) {
        const Deviation deviation = DeviationOf(file, tensor, trajectory);
        const double allowed = 2e-6 * deviation.size + 5e-5 * deviation.movement;
        EXPECT_LE(deviation.off, allowed) << tensor.name << " " << lane::TargetName(target);
        std::printf("%-36s %s %-7s %5.1f %% of its tolerance\n", file.name.c_str(),
                    tensor.name.c_str(), lane::TargetName(target), 100 * deviation.off / allowed);
      }
    }
    return "";
  });
}

TEST(GoldenBaselines, TheSameTextInDoubleIsExact) {
  testing::CheckGoldenFiles("baseline_trajectory", [](const GoldenFile& file) -> std::string {
    const std::vector<ParameterTensor> tensors = TensorsOf(file);
    v1::BaselineSetting setting;
    const std::string missing = testing::SettingOf(file, setting);
    if (!missing.empty()) return missing;
    const Trajectory<double> trajectory = InDouble(file, setting, tensors);
    for (const ParameterTensor& tensor : tensors) {
      const Deviation deviation = DeviationOf(file, tensor, trajectory);
      EXPECT_LE(deviation.off, 1e-12 * deviation.movement) << tensor.name;
    }
    return "";
  });
}

TEST(GoldenBaselines, SchedulesAreTheLibrarys) {
  testing::CheckGoldenFiles("schedules", [](const GoldenFile& file) -> std::string {
    const auto steps = file.at("step").i32();
    for (const std::string& name : file.NamesUnder("value64/")) {
      testing::GoldenSchedule schedule;
      const std::string missing = testing::ScheduleOf(file.config, name, schedule);
      if (!missing.empty()) return name + ": " + missing;
      const auto expected = file.at("value64/" + name).f64();
      for (size_t i = 0; i < steps.size(); ++i) {
        const double rate =
            schedule.peak * ScheduleFactor(schedule.schedule, steps[i], schedule.updates);
        EXPECT_NEAR(rate, expected[i], 1e-12 * schedule.peak) << name << " " << steps[i];
      }
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
