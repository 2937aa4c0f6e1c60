// LearnedOptimizer beside the engine, bit for bit.
#include <numeric>

#include "gtest/gtest.h"
#include "tests/worker/torch_optimizer/checkpoints.h"
#include "worker/engine/inner_runs.h"
#include "worker/optim/optimizer.h"
#include "worker/task/make_task.h"
#include "worker/torch_optimizer/learned_optimizer.h"

namespace paceline {
namespace {

using testing::CheckpointFile;
using testing::Normals;
using testing::ToTensor;
using testing::ToVector;
using Shape = std::vector<int64_t>;

constexpr int64_t kSteps = 7;

// As optimizers see them; [4, 4] and [3, 3, 2, 2] have ties.
const std::vector<Shape> kShapes = {{7, 5}, {5}, {4, 4}, {}, {3, 2, 4, 6}, {1, 8}, {3, 3, 2, 2}};

// [..., in, out] as torch's [out, in, ...].
torch::Tensor AsTorchHasIt(const torch::Tensor& tensor) {
  if (tensor.dim() < 2) return tensor.clone();
  Shape axes = {tensor.dim() - 1, tensor.dim() - 2};
  for (int64_t axis = 0; axis + 2 < tensor.dim(); ++axis) axes.push_back(axis);
  return tensor.permute(axes).contiguous();
}

struct Sequence {
  std::vector<float> start;
  std::vector<std::vector<float>> gradients;  // [step][all parameters]
  std::vector<float> losses;
};

std::vector<ParameterTensor> Tensors() {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const Shape& shape : kShapes) {
    const auto size = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
    tensors.push_back({"p" + std::to_string(tensors.size()), shape, offset, size_t(size)});
    tensors.back().kind = shape.size() < 2 ? TensorKind::kBias : TensorKind::kHiddenWeights;
    offset += size;
  }
  tensors.front().kind = TensorKind::kInputWeights;
  tensors.back().kind = TensorKind::kOutputWeights;
  return tensors;
}

Sequence MakeSequence() {
  std::mt19937 random(4);
  const auto tensors = Tensors();
  const size_t size = tensors.back().offset + tensors.back().size;
  Sequence sequence{.start = Normals(size, random), .gradients = {}, .losses = {}};
  for (int64_t step = 0; step < kSteps; ++step) {
    sequence.gradients.push_back(Normals(size, random));
    sequence.losses.push_back(2.0f / (1 + step));
  }
  return sequence;
}

std::vector<float> ByTheEngine(const TrainedOptimizer& trained, const Sequence& sequence) {
  const auto tensors = Tensors();
  const auto optimizer = MakeOptimizer(trained.optimizer, tensors, Arithmetic::kScalar);
  const auto prepared = optimizer->Prepare(trained.theta);
  std::vector<float> parameters = sequence.start, state(optimizer->state_size()),
                     scratch(optimizer->scratch_size());
  optimizer->InitState(*prepared, state);
  for (int64_t step = 0; step < kSteps; ++step) {
    optimizer->Update(*prepared,
                      {.iteration = step,
                       .num_steps = 100,
                       .loss = sequence.losses[step],
                       .gradient = sequence.gradients[step].data()},
                      parameters, state, scratch);
  }
  return parameters;
}

std::vector<float> Slice(const std::vector<float>& flat, const ParameterTensor& tensor) {
  return {flat.begin() + tensor.offset, flat.begin() + tensor.offset + tensor.size};
}

// `layout` makes of a tensor in the optimizer's order what the module holds.
template <class Layout>
std::vector<torch::Tensor> ByTheClass(const CheckpointFile& file, const Sequence& sequence,
                                      bool turn, const Layout& layout) {
  const auto tensors = Tensors();
  std::vector<torch::Tensor> parameters;
  for (const ParameterTensor& tensor : tensors) {
    parameters.push_back(layout(ToTensor(Slice(sequence.start, tensor), tensor.shape)));
    parameters.back().requires_grad_();
  }
  LearnedOptimizer optimizer(parameters, file.path(),
                             LearnedOptimizerOptions().num_steps(100).turn_weights(turn));
  for (int64_t step = 0; step < kSteps; ++step) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      parameters[i].mutable_grad() =
          layout(ToTensor(Slice(sequence.gradients[step], tensors[i]), tensors[i].shape));
    }
    optimizer.set_loss(sequence.losses[step]);
    optimizer.step();
  }
  return parameters;
}

class EveryOptimizer : public ::testing::TestWithParam<v1::LearnedOptimizer> {
 protected:
  const CheckpointFile file_{GetParam()};
  const Sequence sequence_ = MakeSequence();
  const std::vector<float> expected_ = ByTheEngine(file_.trained(), sequence_);

  template <class Layout>
  void ExpectTheEngines(const std::vector<torch::Tensor>& parameters, const Layout& layout) {
    const auto tensors = Tensors();
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto expected = layout(ToTensor(Slice(expected_, tensors[i]), tensors[i].shape));
      EXPECT_EQ(ToVector(parameters[i]), ToVector(expected)) << "tensor " << i;
    }
  }
};

TEST_P(EveryOptimizer, UpdatesTorchsWeightsAsTheEngineDoesItsOwn) {
  ExpectTheEngines(ByTheClass(file_, sequence_, true, AsTorchHasIt), AsTorchHasIt);
}

TEST_P(EveryOptimizer, UpdatesWeightsThatAreNotTurnedAsTheyAre) {
  const auto as_is = [](const torch::Tensor& tensor) { return tensor.clone(); };
  ExpectTheEngines(ByTheClass(file_, sequence_, false, as_is), as_is);
}

TEST_P(EveryOptimizer, StridesDoNotMatter) {
  const auto strided = [](const torch::Tensor& tensor) {
    if (tensor.dim() == 0) return tensor.clone();
    torch::Tensor wide = torch::zeros_like(tensor).repeat_interleave(2, tensor.dim() - 1);
    torch::Tensor part = wide.slice(tensor.dim() - 1, 0, wide.size(tensor.dim() - 1), 2);
    return part.copy_(tensor);
  };
  EXPECT_FALSE(strided(torch::ones({3, 4})).is_contiguous());
  ExpectTheEngines(ByTheClass(file_, sequence_, false, strided), strided);
}

INSTANTIATE_TEST_SUITE_P(Samples, EveryOptimizer, ::testing::ValuesIn(testing::ModuleSamples()));

// A whole task: gradients of the engine's own task, batch by batch.
TEST(LearnedOptimizerBesideRuns, TrainsATaskToTheSameBits) {
  v1::Task config;
  config.mutable_image_mlp()->set_dataset(v1::DATASET_FASHION_MNIST);
  config.mutable_image_mlp()->set_size(8);
  config.mutable_image_mlp()->add_hidden(8);
  config.mutable_image_mlp()->set_activation(v1::ACTIVATION_RELU);
  config.mutable_image_mlp()->set_batch(16);
  DataStore data("/usr/share/datasets");
  const auto task = MakeTask(config, data);
  ASSERT_TRUE(task.ok()) << task.status();
  const CheckpointFile file("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}");
  const RunSeed seed{.key = 9, .particle = 1, .episode = 0};

  const auto runs = MakeReferenceRuns(file.trained().optimizer, **task, 1);
  ASSERT_TRUE(runs->Start(0, seed, kSteps).ok());
  std::vector<float> losses(kSteps);
  const RunTheta theta{.theta = file.trained().theta};
  ASSERT_TRUE(runs->Advance({&theta, 1}, kSteps, losses).ok());

  std::vector<float> flat((*task)->parameter_count()), gradient(flat.size());
  (*task)->SampleInitial(seed, flat);
  std::vector<torch::Tensor> parameters;
  for (const ParameterTensor& tensor : (*task)->parameters()) {
    parameters.push_back(AsTorchHasIt(ToTensor(Slice(flat, tensor), tensor.shape)));
    parameters.back().requires_grad_();
  }
  LearnedOptimizer optimizer(parameters, file.path());
  for (int64_t step = 0; step < kSteps; ++step) {
    const auto closure = [&] {
      const float loss = (*task)->LossAndGradient(seed, step, flat, gradient);
      EXPECT_EQ(loss, losses[step]);
      for (size_t i = 0; i < parameters.size(); ++i) {
        const ParameterTensor& tensor = (*task)->parameters()[i];
        parameters[i].mutable_grad() =
            AsTorchHasIt(ToTensor(Slice(gradient, tensor), tensor.shape));
      }
      return torch::tensor(loss);
    };
    EXPECT_EQ(optimizer.step(closure).item<float>(), losses[step]);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const ParameterTensor& tensor = (*task)->parameters()[i];
      const bool matrix = tensor.shape.size() == 2;
      const auto values = ToVector(matrix ? parameters[i].t() : parameters[i]);
      std::copy(values.begin(), values.end(), flat.begin() + tensor.offset);
    }
  }
  EXPECT_EQ(flat, runs->Parameters(0));
}

}  // namespace
}  // namespace paceline
