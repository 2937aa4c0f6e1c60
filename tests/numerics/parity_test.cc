// Every tier against the reference, for every family of optimizers, on small tasks of every kind.
//
// Bits. The fused tier has the same on every instruction set. On a task that has no kernel (the
// quadratics) it has the reference's too: the optimizer is one text over a lane type.
//
// Tolerance. On an image MLP the kernels sum a product's terms by fused multiply-adds where the
// reference rounds every product, and LibTorch's matrix products take another order again; exp, log
// and the activations are different approximations. So a gradient is off by a few 2^-24 of the sum
// of its terms' magnitudes, and each step hands on a difference of that size times the step, which
// these optimizers do not make larger than about 0.1 (an element whose gradient all but cancels is
// the worst: its normalised features keep none of the scale). Every run of this test prints its
// deviations; the largest seen over these 16 steps was 1.3e-6, and four times that is allowed.
// TheToleranceSeesAChangedConstant says what that still catches. What all tiers share, the
// optimizers' arithmetic, is compared with another text in optimizer_parity_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "tests/testing/samples.h"
#include "tests/testing/shared_data.h"
#include "tests/testing/targets.h"
#include "worker/engine/inner_runs.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

// Of a loss or a parameter, relative to at least 1.
constexpr double kLoose = 5e-6;

constexpr int kParticles = 3;
constexpr int kRuns = 2 * kParticles;
constexpr int64_t kEpisodeSteps = 100;

// ---- optimizers and tasks

// With steps that are larger than the catalogue's.
std::vector<NamedOptimizer> Optimizers() {
  v1::LearnedOptimizer sgd = SgdConfig(), sgdm = SgdmConfig(), adam = AdamConfig();
  sgd.mutable_learnable_sgd()->set_learning_rate(0.1);
  sgdm.mutable_learnable_sgdm()->set_learning_rate(0.02);
  adam.mutable_learnable_adam()->set_learning_rate(0.01);
  std::vector<NamedOptimizer> all = {{"sgd", sgd}, {"sgdm", sgdm}, {"adam", adam}};
  const auto add = [&](const std::string& name, auto mutable_own, int hidden, int layers) {
    all.push_back({name, {}});
    SetNetwork(*(all.back().config.*mutable_own)(), hidden, layers, 0.05);
  };
  add("mlp_lopt_32_2", &v1::LearnedOptimizer::mutable_mlp_lopt, 32, 2);
  add("mlp_5_3", &v1::LearnedOptimizer::mutable_mlp_lopt, 5, 3);
  add("adafac_4_2", &v1::LearnedOptimizer::mutable_adafac_mlp, 4, 2);
  add("adafac_32_1", &v1::LearnedOptimizer::mutable_adafac_mlp, 32, 1);
  add("adafac_9_3", &v1::LearnedOptimizer::mutable_adafac_mlp, 9, 3);
  return all;
}

v1::Task Mlp(int size, std::vector<int> hidden, v1::Activation activation, int batch) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(size);
  for (const int width : hidden) mlp.add_hidden(width);
  mlp.set_activation(activation);
  mlp.set_batch(batch);
  return config;
}

v1::Task Quadratic(int dimension, v1::QuadraticKind kind) {
  v1::Task config;
  config.mutable_quadratic()->set_dimension(dimension);
  config.mutable_quadratic()->set_kind(kind);
  return config;
}

std::vector<v1::Task> Mlps() {
  return {Mlp(8, {32}, v1::ACTIVATION_RELU, 48), Mlp(8, {12, 7}, v1::ACTIVATION_TANH, 33),
          Mlp(4, {16, 16, 16}, v1::ACTIVATION_GELU, 20), Mlp(4, {}, v1::ACTIVATION_RELU, 1),
          Mlp(4, {65}, v1::ACTIVATION_SELU, 7)};
}

std::vector<v1::Task> Quadratics() {
  return {Quadratic(1, v1::QUADRATIC_KIND_PLAIN), Quadratic(16, v1::QUADRATIC_KIND_PLAIN),
          Quadratic(50, v1::QUADRATIC_KIND_TARGET), Quadratic(11, v1::QUADRATIC_KIND_LOG)};
}

// ---- tiers

struct Tier {
  std::string name;
  std::function<std::unique_ptr<InnerRuns>(const v1::LearnedOptimizer&, const v1::Task&,
                                           const Task&, int runs)>
      make;
};

Tier Reference() {
  return {"reference", [](const auto& optimizer, const auto&, const Task& task, int runs) {
            return MakeReferenceRuns(optimizer, task, runs);
          }};
}

Tier Fused(lane::Target target) {
  return {std::string("fused ") + lane::TargetName(target),
          [target](const auto& optimizer, const auto&, const Task& task, int runs) {
            return MakeFusedRuns(optimizer, task, runs, target);
          }};
}

Tier Torch() {
  return {"torch", [](const auto& optimizer, const v1::Task& config, const Task& task, int runs) {
            auto made = MakeTorchRuns(optimizer, config, task, runs);
            EXPECT_TRUE(made.ok()) << made.status();
            return *std::move(made);
          }};
}

std::vector<Tier> EveryTier() {
  std::vector<Tier> tiers = {Reference()};
  for (const lane::Target target : testing::RunnableTargets()) tiers.push_back(Fused(target));
  tiers.push_back(Torch());
  return tiers;
}

// ---- runs

struct Outcome {
  std::vector<std::vector<float>> losses;      // [run][step]
  std::vector<std::vector<float>> parameters;  // [run]
};

// Runs of one task under one optimizer; run 2i is particle i under θ+ε, run 2i+1 under θ−ε.
class Driver {
 public:
  Driver(const Tier& tier, const v1::LearnedOptimizer& optimizer, const v1::Task& task_config,
         int runs = kRuns)
      : count_(runs), theta_(InitialTheta(LayoutOf(optimizer), 3)) {
    auto& task = Tasks()[task_config.SerializeAsString()];
    if (task == nullptr) task = MakeTask(task_config, SharedData()).value();
    runs_ = tier.make(optimizer, task_config, *task, runs);
    outcome_.losses.resize(runs);
    for (int particle = 0; particle < (runs + 1) / 2; ++particle) Restart(particle, 0);
  }

  void Restart(int particle, uint32_t episode) {
    for (int run = 2 * particle; run < std::min(count_, 2 * particle + 2); ++run) {
      const RunSeed seed{.key = 9, .particle = static_cast<uint32_t>(particle), .episode = episode};
      EXPECT_TRUE(runs_->Start(run, seed, kEpisodeSteps).ok());
    }
  }

  // A window under θ_step; particle `other`, if there is one, has quite another ε.
  void Window(uint32_t step, int64_t steps, int other = -1) {
    std::vector<float> theta = theta_;
    for (float& value : theta) value += 0.01f * static_cast<float>(step);
    std::vector<RunTheta> thetas;
    for (int run = 0; run < count_; ++run) {
      const int particle = run / 2;
      const Stream stream{.key = 9,
                          .purpose = Purpose::kPerturbation,
                          .particle = static_cast<uint32_t>(particle),
                          .step = step};
      const float sigma = particle == other ? 0.3f : 0.05f;
      thetas.push_back({theta, stream, run % 2 == 0 ? sigma : -sigma});
    }
    std::vector<float> losses(count_ * steps);
    const absl::Status status = runs_->Advance(thetas, steps, losses);
    ASSERT_TRUE(status.ok()) << status;
    for (int run = 0; run < count_; ++run) {
      outcome_.losses[run].insert(outcome_.losses[run].end(), losses.begin() + run * steps,
                                  losses.begin() + (run + 1) * steps);
    }
  }

  void Copy(int from, int to) { runs_->Copy(from, to); }

  Outcome Take() {
    for (int run = 0; run < count_; ++run) {
      outcome_.parameters.push_back(runs_->Parameters(run));
    }
    return std::move(outcome_);
  }

 private:
  // Tasks are immutable, and reading their data is slow.
  static std::map<std::string, std::unique_ptr<Task>>& Tasks() {
    static std::map<std::string, std::unique_ptr<Task>> tasks;
    return tasks;
  }

  int count_;
  std::vector<float> theta_;
  std::unique_ptr<InnerRuns> runs_;
  Outcome outcome_;
};

// Windows of different lengths under changing θ, a particle that restarts, and two signs that start
// a window from one state, as truncated ES has it.
Outcome Train(const Tier& tier, const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  Driver driver(tier, optimizer, task);
  driver.Window(0, 5);
  driver.Restart(1, 1);
  driver.Window(1, 1);
  driver.Window(2, 6);
  driver.Copy(4, 5);
  driver.Window(3, 4);
  return driver.Take();
}

// ---- comparisons

// 0 does not equal −0; one NaN is as good as another.
bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<uint32_t>(x) == std::bit_cast<uint32_t>(y) ||
           (std::isnan(x) && std::isnan(y));
  });
}

bool SameBits(const Outcome& a, const Outcome& b) {
  const auto same = [](const std::vector<float>& x, const std::vector<float>& y) {
    return SameBits(x, y);
  };
  return std::ranges::equal(a.losses, b.losses, same) &&
         std::ranges::equal(a.parameters, b.parameters, same);
}

double Deviation(const std::vector<float>& actual, const std::vector<float>& expected) {
  EXPECT_EQ(actual.size(), expected.size());
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double off = std::abs(static_cast<double>(actual[i]) - expected[i]) /
                       std::max(1.0, std::abs(static_cast<double>(expected[i])));
    largest = std::isfinite(off) ? std::max(largest, off) : INFINITY;
  }
  return largest;
}

// The largest, of the losses and of the parameters at the end.
double Deviation(const Outcome& actual, const Outcome& expected) {
  double largest = 0;
  for (size_t run = 0; run < expected.losses.size(); ++run) {
    largest = std::max(largest, Deviation(actual.losses[run], expected.losses[run]));
    largest = std::max(largest, Deviation(actual.parameters[run], expected.parameters[run]));
  }
  return largest;
}

// Training that does nothing, or nothing different for the two signs, would agree by itself.
void ExpectThatItTrains(const Outcome& outcome) {
  EXPECT_GT(Deviation(outcome.losses[0], outcome.losses[1]), 20 * kLoose);
  const std::vector<float>& losses = outcome.losses[0];
  EXPECT_GT(*std::ranges::max_element(losses) - *std::ranges::min_element(losses), 20 * kLoose);
}

void ExpectTheFusedTiersBits(const NamedOptimizer& optimizer, const v1::Task& task,
                             const Outcome& expected, const std::vector<lane::Target>& targets) {
  for (const lane::Target target : targets) {
    EXPECT_TRUE(SameBits(Train(Fused(target), optimizer.config, task), expected))
        << lane::TargetName(target) << " " << optimizer.name << " on " << task.ShortDebugString();
  }
}

TEST(Parity, TheFusedTierHasTheSameBitsOnEveryInstructionSet) {
  std::vector<lane::Target> vectors = testing::RunnableTargets();
  std::erase(vectors, lane::Target::kScalar);
  const auto compare = [&](const NamedOptimizer& optimizer, const v1::Task& task) {
    const Outcome scalar = Train(Fused(lane::Target::kScalar), optimizer.config, task);
    ExpectTheFusedTiersBits(optimizer, task, scalar, vectors);
  };
  std::vector<v1::Task> tasks = Mlps();
  for (const v1::Task& task : Quadratics()) tasks.push_back(task);
  for (const NamedOptimizer& optimizer : Optimizers()) {
    for (const v1::Task& task : tasks) compare(optimizer, task);
  }
  for (const NamedOptimizer& sample : FamilySamples()) {
    for (const v1::Task& task : {Mlps()[2], Quadratics()[2]}) compare(sample, task);
  }
}

TEST(Parity, TheFusedTierHasTheReferencesBitsOnQuadratics) {
  std::vector<NamedOptimizer> optimizers = Optimizers();
  for (const NamedOptimizer& sample : FamilySamples()) optimizers.push_back(sample);
  for (const NamedOptimizer& optimizer : optimizers) {
    for (const v1::Task& task : Quadratics()) {
      const Outcome reference = Train(Reference(), optimizer.config, task);
      ExpectTheFusedTiersBits(optimizer, task, reference, testing::RunnableTargets());
    }
  }
}

// The largest deviation of each tier but the reference.
void CompareTiers(const std::string& optimizer_name, const v1::LearnedOptimizer& optimizer,
                  const std::vector<v1::Task>& tasks) {
  for (const v1::Task& task : tasks) {
    SCOPED_TRACE(optimizer_name + " on " + task.ShortDebugString());
    const Outcome reference = Train(Reference(), optimizer, task);
    ExpectThatItTrains(reference);
    const double fused =
        Deviation(Train(Fused(testing::RunnableTargets().back()), optimizer, task), reference);
    const double torch = Deviation(Train(Torch(), optimizer, task), reference);
    std::printf("%-14s fused %.1e, torch %.1e (allowed %.0e) %s\n", optimizer_name.c_str(), fused,
                torch, kLoose, task.ShortDebugString().c_str());
    EXPECT_LE(fused, kLoose);
    EXPECT_LE(torch, kLoose);
  }
}

TEST(Parity, EveryOptimizerOnImageMlps) {
  for (const auto& [name, optimizer] : Optimizers()) CompareTiers(name, optimizer, Mlps());
}

TEST(Parity, EveryOptimizerOnQuadratics) {
  for (const auto& [name, optimizer] : Optimizers()) CompareTiers(name, optimizer, Quadratics());
}

TEST(Parity, EveryActivation) {
  const NamedOptimizer sgdm = Optimizers()[1];
  for (int i = v1::ACTIVATION_RELU; i <= v1::ACTIVATION_LEAKY_RELU; ++i) {
    CompareTiers(sgdm.name, sgdm.config, {Mlp(4, {20, 9}, static_cast<v1::Activation>(i), 16)});
  }
}

// What the tolerance would not let pass: steps that are 0.2 % longer, a decay that is off by 1e-4,
// another activation, a batch that is one example shorter.
TEST(Parity, TheToleranceSeesAChangedConstant) {
  const v1::Task task = Mlps()[0];
  const auto of = [&](const v1::LearnedOptimizer& optimizer) {
    return Train(Reference(), optimizer, task);
  };
  for (auto [name, optimizer] : Optimizers()) {
    SCOPED_TRACE(name);
    const Outcome reference = of(optimizer);
    v1::LearnedOptimizer changed = optimizer;
    if (changed.has_mlp_lopt()) changed.mutable_mlp_lopt()->set_step_multiplier(0.0501);
    if (changed.has_adafac_mlp()) changed.mutable_adafac_mlp()->set_exp_multiplier(0.101);
    if (changed.has_learnable_sgd()) changed.mutable_learnable_sgd()->set_learning_rate(0.1002);
    if (changed.has_learnable_sgdm()) changed.mutable_learnable_sgdm()->set_momentum(0.9002);
    if (changed.has_learnable_adam()) changed.mutable_learnable_adam()->set_beta2(0.9989);
    EXPECT_GT(Deviation(of(changed), reference), 2 * kLoose);
  }
  const v1::LearnedOptimizer sgd = Optimizers()[0].config;
  v1::Task shorter = task;
  shorter.mutable_image_mlp()->set_batch(47);
  EXPECT_GT(Deviation(Train(Torch(), sgd, shorter), of(sgd)), 2 * kLoose);
  EXPECT_GT(Deviation(Train(Torch(), sgd, Mlp(8, {32}, v1::ACTIVATION_RELU6, 48)),
                      Train(Reference(), sgd, Mlp(8, {32}, v1::ACTIVATION_SILU, 48))),
            2 * kLoose);
}

// ---- what holds bit for bit within each tier

// With a window's borders elsewhere (under one θ), a run is the same.
TEST(Parity, WindowsJoinSeamlesslyInEveryTier) {
  for (const Tier& tier : EveryTier()) {
    for (const auto& [name, optimizer] : Optimizers()) {
      Driver whole(tier, optimizer, Mlps()[1]), parts(tier, optimizer, Mlps()[1]);
      whole.Window(0, 9);
      parts.Window(0, 2);
      parts.Window(0, 1);
      parts.Window(0, 6);
      EXPECT_TRUE(SameBits(parts.Take(), whole.Take())) << tier.name << " " << name;
    }
  }
}

TEST(Parity, ARestartedParticleGoesAsTheFirstTimeInEveryTier) {
  for (const Tier& tier : EveryTier()) {
    for (const auto& [name, optimizer] : Optimizers()) {
      Driver driver(tier, optimizer, Mlps()[2]);
      driver.Window(0, 4);
      driver.Restart(1, 0);
      driver.Window(0, 4);
      const Outcome outcome = driver.Take();
      for (const int run : {2, 3}) {
        const std::vector<float>& losses = outcome.losses[run];
        EXPECT_TRUE(
            SameBits({losses.begin(), losses.begin() + 4}, {losses.begin() + 4, losses.end()}))
            << tier.name << " " << name;
      }
      EXPECT_NE(outcome.losses[0][0], outcome.losses[0][4]);
    }
  }
}

TEST(Parity, ACopyGoesOnAsTheOriginalInEveryTier) {
  for (const Tier& tier : EveryTier()) {
    for (const auto& [name, optimizer] : Optimizers()) {
      // The copy has the original's particle and state but its own θ, so it is the original's
      // losses that a second driver must have: there the other sign has been the original.
      Driver copied(tier, optimizer, Mlps()[1]), original(tier, optimizer, Mlps()[1]);
      for (Driver* driver : {&copied, &original}) driver->Window(0, 3);
      copied.Copy(0, 1);
      copied.Copy(0, 5);
      copied.Window(0, 4);
      original.Copy(0, 1);
      original.Window(0, 4);
      const Outcome a = copied.Take(), b = original.Take();
      for (const int run : {0, 1, 2, 3, 4}) {
        EXPECT_TRUE(SameBits(a.parameters[run], b.parameters[run])) << tier.name << " " << name;
      }
      EXPECT_NE(a.parameters[0], a.parameters[1]);
      EXPECT_NE(a.losses[5][3], b.losses[5][3]) << "run 5 went on as itself";
      // LibTorch's vector loops end in scalar ones, which the last run meets.
      const float other_place = tier.name == "torch" ? 1e-6f : 0.0f;
      EXPECT_NEAR(a.losses[5][3], a.losses[0][3], other_place)
          << tier.name << ": not from run 0's state and batch";
    }
  }
}

TEST(Parity, ARunDoesNotDependOnItsNeighboursInAnyTier) {
  for (const Tier& tier : EveryTier()) {
    for (const auto& [name, optimizer] : Optimizers()) {
      Driver plain(tier, optimizer, Mlps()[0]), other(tier, optimizer, Mlps()[0]);
      plain.Window(0, 5);
      other.Restart(1, 77);
      other.Window(0, 5, /*other=*/1);
      const Outcome a = plain.Take(), b = other.Take();
      for (const int run : {0, 1, 4, 5}) {
        EXPECT_TRUE(SameBits(a.losses[run], b.losses[run])) << tier.name << " " << name;
        EXPECT_TRUE(SameBits(a.parameters[run], b.parameters[run])) << tier.name << " " << name;
      }
      EXPECT_NE(a.losses[2], b.losses[2]);
    }
  }
}

// LibTorch may sum a run's products in another order among another number of runs.
TEST(Parity, ARunAloneIsTheRunAmongOthers) {
  for (const Tier& tier : EveryTier()) {
    for (const auto& [name, optimizer] : Optimizers()) {
      Driver among(tier, optimizer, Mlps()[1]), alone(tier, optimizer, Mlps()[1], 1);
      among.Window(0, 8);
      alone.Window(0, 8);
      const Outcome a = among.Take(), b = alone.Take();
      if (tier.name == "torch") {
        EXPECT_LE(Deviation(a.parameters[0], b.parameters[0]), kLoose) << name;
      } else {
        EXPECT_TRUE(SameBits(a.parameters[0], b.parameters[0])) << tier.name << " " << name;
        EXPECT_TRUE(SameBits(a.losses[0], b.losses[0])) << tier.name << " " << name;
      }
    }
  }
}

TEST(Parity, AProblemThatDivergesDoesSoInEveryTier) {
  v1::LearnedOptimizer wild = Optimizers()[0].config;
  wild.mutable_learnable_sgd()->set_learning_rate(1e4);
  for (const Tier& tier : EveryTier()) {
    Driver driver(tier, wild, Quadratic(16, v1::QUADRATIC_KIND_PLAIN));
    driver.Window(0, 20);
    for (const std::vector<float>& losses : driver.Take().losses) {
      EXPECT_TRUE(std::isfinite(losses.front())) << tier.name;
      EXPECT_TRUE(std::isnan(losses.back())) << tier.name;
    }
  }
}

}  // namespace
}  // namespace paceline
