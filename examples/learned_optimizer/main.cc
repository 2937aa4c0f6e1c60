// Trains a small LibTorch module with an optimizer that Paceline trained.
//
//   train_with_learned_optimizer CHECKPOINT.safetensors [STEPS]
//
// The task is made up: classes that a random network gives to random points.
#include <torch/torch.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "paceline/learned_optimizer.h"

namespace {

constexpr int64_t kInputs = 16, kClasses = 4, kBatch = 128;

torch::nn::Sequential MakeNetwork(int64_t hidden) {
  return torch::nn::Sequential(torch::nn::Linear(kInputs, hidden), torch::nn::ReLU(),
                               torch::nn::Linear(hidden, kClasses));
}

struct Batch {
  torch::Tensor points, classes;
};

Batch MakeBatch(torch::nn::Sequential& teacher) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor points = torch::randn({kBatch, kInputs});
  return {points, teacher->forward(points).argmax(1)};
}

void Train(const char* checkpoint, int64_t steps) {
  torch::manual_seed(1);
  torch::nn::Sequential teacher = MakeNetwork(64), student = MakeNetwork(32);
  paceline::LearnedOptimizer optimizer(student->parameters(), checkpoint,
                                       paceline::LearnedOptimizerOptions().num_steps(steps));
  std::printf("%s, %lld steps\n", optimizer.kind().c_str(), static_cast<long long>(steps));
  for (int64_t step = 0; step < steps; ++step) {
    const Batch batch = MakeBatch(teacher);
    const torch::Tensor loss = optimizer.step([&] {
      optimizer.zero_grad();
      torch::Tensor value =
          torch::cross_entropy_loss(student->forward(batch.points), batch.classes);
      value.backward();
      return value;
    });
    if (step % (steps / 10 + 1) == 0 || step + 1 == steps) {
      std::printf("step %4lld  loss %.4f\n", static_cast<long long>(step), loss.item<double>());
    }
  }
  // Both could go on from here: torch::load(student, ...), torch::load(optimizer, ...).
  torch::save(student, "student.pt");
  torch::save(optimizer, "optimizer.pt");
}

}  // namespace

int main(int argc, char** argv) {
  const long long steps = argc > 2 ? std::atoll(argv[2]) : 200;
  if (argc < 2 || argc > 3 || steps < 1) {
    std::fprintf(stderr, "usage: %s CHECKPOINT.safetensors [STEPS]\n", argv[0]);
    return 2;
  }
  try {
    Train(argv[1], steps);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
