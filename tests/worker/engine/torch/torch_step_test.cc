// The step that a GPU captures as a graph, here on the processor and call by call.
#include "worker/engine/torch/torch_step.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tests/testing/shared_data.h"
#include "tests/testing/small_networks.h"
#include "tests/worker/engine/torch/fixtures.h"
#include "worker/engine/torch/differentiate.h"
#include "worker/engine/torch/torch_batches.h"
#include "worker/engine/torch/torch_rows.h"
#include "worker/network/torch/run_torch.h"
#include "worker/task/make_task.h"

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
    task_ = MakeTask(config, SharedData()).value();
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
    const TorchProgram& program = *task_->torch_program();
    TorchBatches batches(program, kRuns, 1, at::kCPU);
    batches.Begin({.episode = EpisodeTable(program, seeds_)});
    const at::Tensor first = at::zeros({1}, at::kLong);
    Trained trained;
    for (int64_t step = 0; step < kSteps; ++step) {
      batches.Begin(TablesOf(program, seeds_, std::vector<int64_t>(kRuns, step), 1));
      const at::Tensor losses =
          Differentiate(MakeTorchLoss(config_), leaves, batches.At(first), gradients.views());
      const float* own = losses.const_data_ptr<float>();
      trained.losses.emplace_back(own, own + kRuns);
      Descend(gradients.all(), parameters.all());
    }
    trained.parameters = ValuesOf(parameters);
    return trained;
  }

  // In two parts, as a window that is longer than the plan's steps.
  Trained WithSteps() const {
    TorchRows parameters = InitialRows(), gradients(task_->parameters(), kRuns, at::kCPU);
    std::vector<float> now(kRuns);
    const TorchProgram& program = *task_->torch_program();
    const TorchStepPlan plan{.runs = kRuns,
                             .tensors = task_->parameters(),
                             .max_steps = 4,
                             .program = program,
                             .loss = MakeTorchLoss(config_)};
    TorchStep step(plan,
                   {.parameters = parameters.all().mutable_data_ptr<float>(),
                    .gradients = gradients.all().mutable_data_ptr<float>(),
                    .stride = parameters.all().size(1),
                    .losses = now.data()},
                   at::kCPU, [&] { Descend(gradients.all(), parameters.all()); });
    Trained trained;
    for (const auto& [first, count] : {std::pair<int64_t, int64_t>{0, 4}, {4, 2}}) {
      StepTables tables = TablesOf(program, seeds_, std::vector<int64_t>(kRuns, first), count);
      if (first == 0) tables.episode = EpisodeTable(program, seeds_);
      step.Begin(tables);
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

  v1::Task config_;
  std::unique_ptr<Task> task_;
  std::vector<RunSeed> seeds_;
};

TEST_F(TorchStepTest, EveryTaskTrainsAsInTheTorchTier) {
  std::vector<v1::Task> tasks = {
      SmallMlp(), testing::SmallConvNet(), SmallQuadratic(v1::QUADRATIC_KIND_PLAIN),
      SmallQuadratic(v1::QUADRATIC_KIND_TARGET), SmallQuadratic(v1::QUADRATIC_KIND_LOG)};
  for (const v1::Task& network : testing::SmallNetworks()) tasks.push_back(network);
  for (const v1::Task& task : tasks) {
    SCOPED_TRACE(task.ShortDebugString());
    seeds_.clear();
    Make(task);
    const absl::Status status = RunTorch([&] { ExpectTheSame(WithSteps(), WithBatches()); });
    EXPECT_TRUE(status.ok()) << status;
  }
}

}  // namespace
}  // namespace paceline
