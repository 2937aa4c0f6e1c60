// The step that a GPU captures as a graph, here on the processor and call by call.
#include "worker/engine/torch/torch_step.h"

#include <gtest/gtest.h>

#include "tests/worker/engine/torch/fixtures.h"
#include "worker/engine/torch/run_torch.h"
#include "worker/engine/torch/torch_rows.h"
#include "worker/engine/torch/torch_task.h"
#include "worker/task/image_mlp.h"
#include "worker/task/quadratic.h"

namespace paceline {
namespace {

using testing::SmallMlp;
using testing::SmallQuadratic;

constexpr int kRuns = 3;
constexpr int64_t kSteps = 6;

// A learning rate of 0.1 for every run.
void Descend(const at::Tensor& gradients, const at::Tensor& parameters) {
  const float* g = gradients.const_data_ptr<float>();
  float* p = parameters.mutable_data_ptr<float>();
  for (int64_t i = 0; i < parameters.numel(); ++i) p[i] -= 0.1f * g[i];
}

struct Trained {
  std::vector<std::vector<float>> losses;  // [step][run]
  std::vector<float> parameters;
};

class TorchStepTest : public ::testing::Test {
 protected:
  void Make(const v1::Task& config) {
    config_ = config;
    task_ = MakeTask(config, data_).value();
    for (int run = 0; run < kRuns; ++run) {
      seeds_.push_back({.key = 4, .particle = static_cast<uint32_t>(run), .episode = 2});
    }
  }

  TorchRows InitialRows() const {
    TorchRows rows(task_->parameters(), kRuns, at::kCPU);
    for (int run = 0; run < kRuns; ++run) task_->SampleInitial(seeds_[run], rows.row(run));
    return rows;
  }

  // As the torch tier on the processor does it.
  Trained WithBatches() const {
    TorchRows parameters = InitialRows(), gradients(task_->parameters(), kRuns, at::kCPU);
    std::vector<at::Tensor> leaves;
    for (const at::Tensor& view : parameters.views()) {
      leaves.push_back(view.detach().requires_grad_());
    }
    const auto batch = MakeTorchBatch(config_, *task_, seeds_).value();
    Trained trained;
    for (int64_t step = 0; step < kSteps; ++step) {
      batch->Fill(std::vector<int64_t>(kRuns, step));
      const at::Tensor losses = Differentiate([&](const auto& at) { return batch->Losses(at); },
                                              leaves, gradients.views());
      const float* own = losses.const_data_ptr<float>();
      trained.losses.emplace_back(own, own + kRuns);
      Descend(gradients.all(), parameters.all());
    }
    trained.parameters = ValuesOf(parameters);
    return trained;
  }

  // In two parts, as a window that is longer than the plan's steps.
  Trained WithSteps(TorchStepPlan plan, const std::vector<float>& targets) const {
    TorchRows parameters = InitialRows(), gradients(task_->parameters(), kRuns, at::kCPU);
    std::vector<float> now(kRuns);
    plan.runs = kRuns;
    plan.tensors = task_->parameters();
    plan.max_steps = 4;
    TorchStep step(plan,
                   {.parameters = parameters.all().mutable_data_ptr<float>(),
                    .gradients = gradients.all().mutable_data_ptr<float>(),
                    .stride = parameters.all().size(1),
                    .losses = now.data()},
                   at::kCPU, [&] { Descend(gradients.all(), parameters.all()); });
    Trained trained;
    for (const auto& [first, count] : {std::pair<int64_t, int64_t>{0, 4}, {4, 2}}) {
      step.Begin(Chosen(first, count), first == 0 ? targets : std::vector<float>());
      for (int64_t i = 0; i < count; ++i) {
        step.Enqueue();
        trained.losses.push_back(now);
      }
      const at::Tensor table = step.losses(count).contiguous();
      for (int64_t i = 0; i < count; ++i) {
        const float* row = table.const_data_ptr<float>() + i * kRuns;
        EXPECT_EQ(std::vector<float>(row, row + kRuns), trained.losses[first + i]);
      }
    }
    trained.parameters = ValuesOf(parameters);
    return trained;
  }

  // [step, run, batch]
  std::vector<int64_t> Chosen(int64_t first, int64_t count) const {
    std::vector<int64_t> examples;
    const auto* mlp = dynamic_cast<const ImageMlp*>(task_.get());
    if (mlp == nullptr) return examples;
    std::vector<uint32_t> batch(mlp->batch());
    for (int64_t step = first; step < first + count; ++step) {
      for (const RunSeed& seed : seeds_) {
        mlp->BatchIndices(seed, step, batch);
        examples.insert(examples.end(), batch.begin(), batch.end());
      }
    }
    return examples;
  }

  static std::vector<float> ValuesOf(const TorchRows& rows) {
    std::vector<float> values;
    for (int run = 0; run < kRuns; ++run) {
      values.insert(values.end(), rows.row(run).begin(), rows.row(run).end());
    }
    return values;
  }

  static void ExpectTheSame(const Trained& a, const Trained& b) {
    EXPECT_EQ(a.losses, b.losses);
    EXPECT_EQ(a.parameters, b.parameters);
    EXPECT_NE(a.losses.front(), a.losses.back());
  }

  DataStore data_;
  v1::Task config_;
  std::unique_ptr<Task> task_;
  std::vector<RunSeed> seeds_;
};

TEST_F(TorchStepTest, AnImageMlpTrainsAsInTheTorchTier) {
  Make(SmallMlp());
  const auto& mlp = dynamic_cast<const ImageMlp&>(*task_);
  const Examples& train = mlp.data().train;
  const absl::Status status = RunTorch([&] {
    TorchStepPlan plan;
    plan.widths = mlp.widths();
    plan.activation = mlp.activation();
    plan.batch = mlp.batch();
    plan.images = train.images.data();
    plan.labels = train.labels.data();
    plan.examples = static_cast<int64_t>(train.count());
    ExpectTheSame(WithSteps(plan, {}), WithBatches());
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(TorchStepTest, AQuadraticTrainsAsInTheTorchTier) {
  for (const auto kind :
       {v1::QUADRATIC_KIND_PLAIN, v1::QUADRATIC_KIND_TARGET, v1::QUADRATIC_KIND_LOG}) {
    seeds_.clear();
    Make(SmallQuadratic(kind));
    std::vector<float> targets;
    for (const RunSeed& seed : seeds_) {
      const auto own = dynamic_cast<const Quadratic&>(*task_).Target(seed);
      targets.insert(targets.end(), own.begin(), own.end());
    }
    TorchStepPlan plan;
    plan.quadratic = kind;
    const absl::Status status =
        RunTorch([&] { ExpectTheSame(WithSteps(plan, targets), WithBatches()); });
    EXPECT_TRUE(status.ok()) << status;
  }
}

}  // namespace
}  // namespace paceline
