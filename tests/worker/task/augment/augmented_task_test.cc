// Augmented tasks: at neutral values the plain one bit for bit, in both tiers; otherwise what their
// formulas say, made by hand of the plain one.
#include "worker/task/augment/augmented_task.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/task_rules.h"
#include "common/task/augment.h"
#include "common/task/sample.h"
#include "tests/testing/shared_data.h"
#include "worker/engine/gradient_source.h"
#include "worker/engine/score_source.h"
#include "worker/task/augment/arithmetic.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/make_task.h"
#include "worker/task/network/network_task.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using Floats = std::vector<float>;

constexpr RunSeed kSeed = {.key = 5, .particle = 3, .episode = 7};

// The plain kernels, a network, a task without data.
constexpr const char* kTasks[] = {
    "image_mlp: {size: 4, hidden: [6], batch: 12}",
    "conv_net: {size: 4, channels: [3], batch: 6}",
    "quadratic: {dimension: 9, kind: target}",
};

std::unique_ptr<Task> Make(const std::string& task, const std::string& augment = "") {
  const std::string yaml = augment.empty() ? fmt::format("{{{}}}", task)
                                           : fmt::format("{{{}, augment: {{{}}}}}", task, augment);
  const auto config = ParseTask(yaml, "task");
  EXPECT_TRUE(config.ok()) << config.status();
  auto made = MakeTask(DrawTask(*config, /*key=*/1, /*block=*/2, /*episode=*/3), SharedData());
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

struct Result {
  float loss = 0;
  Floats gradient;
  bool operator==(const Result&) const = default;
};

Floats Initial(const Task& task) {
  Floats parameters(task.parameter_count());
  task.SampleInitial(kSeed, parameters);
  return parameters;
}

Result At(GradientSource& source, const Floats& point, int64_t step = 4) {
  Result result{.gradient = Floats(point.size(), NAN)};
  result.loss = source.LossAndGradient(kSeed, step, point, result.gradient);
  return result;
}
Result At(const Task& task, const Floats& point, int64_t step = 4) {
  return At(*MakeKernelSource(task, lane::ActiveTarget()), point, step);
}

constexpr const char* kNeutral[] = {
    "input_scale: {factor: [1, 1]}",
    "label_noise: {part: [0, 0]}",
    "reduced_batch: {part: [1, 1]}",
    "initial_scale: {factor: [1, 1]}",
    "reparametrize: {whole: {scale: [1, 1]}}",
    "reparametrize: {tensor: {scale: [1, 1]}}",
    "reparametrize: {element: {scale: [1, 1]}}",
    "delayed_gradient: {steps: [0, 0]}",
    "loss_scale: {factor: [1, 1]}",
    "storage: {probability: 0}, es_gradient: {probability: 0}, subsampled_directions: "
    "{probability: "
    "0}, normalized_gradient: {probability: 0}, gradient_noise: {probability: 0}",
};

TEST(AugmentedTask, AtNeutralValuesIsThePlainOneInBothTiers) {
  for (const char* name : kTasks) {
    const auto plain = Make(name);
    const Floats point = Initial(*plain);
    const auto kernel = MakeKernelSource(*plain, lane::ActiveTarget());
    const auto loops = MakePlainSource(*plain);
    const FreshBatch batch = {.number = 3};
    for (const char* augment : kNeutral) {
      SCOPED_TRACE(std::string(name) + " " + augment);
      const auto task = Make(name, augment);
      EXPECT_EQ(Initial(*task), point);
      EXPECT_EQ(At(*MakeKernelSource(*task, lane::ActiveTarget()), point), At(*kernel, point));
      EXPECT_EQ(At(*MakePlainSource(*task), point), At(*loops, point));
      Result whole{.gradient = Floats(point.size())};
      whole.loss = task->LossAndGradient(kSeed, 4, point, whole.gradient);
      EXPECT_EQ(whole, At(*loops, point));
      EXPECT_EQ(MakeKernelScores(*task)->Score(kSeed, batch, point).loss,
                MakeKernelScores(*plain)->Score(kSeed, batch, point).loss);
      EXPECT_EQ(task->Score(kSeed, batch, point).loss, plain->Score(kSeed, batch, point).loss);
    }
  }
}

TEST(AugmentedTask, AnEpisodeWithoutAnyIsNoAugmentedTask) {
  EXPECT_EQ(Make(kTasks[0], "storage: {probability: 0}")->augmented(), nullptr);
  const auto task = Make(kTasks[0], "storage: {}");
  EXPECT_NE(task->augmented(), nullptr);
  EXPECT_EQ(task->fused_program(), nullptr) << "nothing may pass it by";
  EXPECT_EQ(task->torch_program(), nullptr);
  EXPECT_EQ(task->network_task(), nullptr);
  EXPECT_FALSE(task->has_curvature());
}

TEST(AugmentedTask, MustBeDrawnBeforeItIsMade) {
  const auto config =
      ParseTask("{quadratic: {dimension: 3}, augment: {loss_scale: {factor: [1, 2]}}}", "task");
  EXPECT_THAT(std::string(MakeTask(*config, SharedData()).status().message()),
              HasSubstr("augment is to be drawn before a task is made: loss_scale 1 to 2"));
}

TEST(AugmentedTask, ReducedBatchesAreTheFirstRows) {
  for (const char* kind : {"image_mlp: {size: 4, hidden: [6], batch: ",
                           "conv_net: {size: 4, channels: [3], batch: "}) {
    const auto task = Make(kind + std::string("12}"), "reduced_batch: {part: [0.45, 0.45]}");
    const auto five = Make(kind + std::string("5}"));
    const Floats point = Initial(*five);
    EXPECT_EQ(At(*task, point), At(*five, point));
  }
}

// A dense layer sees factor·x as it would factor·W; the bias stays.
TEST(AugmentedTask, InputsAreScaledInTrainingScoresAndEvaluation) {
  for (const char* name : {"image_mlp: {size: 4, hidden: [6], batch: 12}",
                           "image_mlp: {size: 4, hidden: [6], batch: 12, norm: none, dropout: 0, "
                           "meta_loss: parametric}"}) {
    const auto plain = Make(name), task = Make(name, "input_scale: {factor: [0.5, 0.5]}");
    const Floats point = Initial(*plain);
    Floats halved = point;
    const auto first = std::ranges::find_if(plain->parameters(), [](const ParameterTensor& tensor) {
      return tensor.shape.size() == 2;
    });
    MultiplyBy(0.5f, std::span(halved).subspan(first->offset, first->size));
    EXPECT_NEAR(At(*task, point).loss, At(*plain, halved).loss, 1e-6);
    const auto loops = MakePlainSource(*task);
    EXPECT_NEAR(At(*loops, point).loss, At(*plain, halved).loss, 1e-6);
    const FreshBatch batch = {.number = 3};
    EXPECT_NEAR(MakeKernelScores(*task)->Score(kSeed, batch, point).loss,
                plain->Score(kSeed, batch, halved).loss, 1e-6);
    EXPECT_NEAR(task->Score(kSeed, batch, point).loss, plain->Score(kSeed, batch, halved).loss,
                1e-6);
    const double evaluated = plain->Evaluate(kSeed, halved, Split::kTest, 40).loss;
    EXPECT_NEAR(task->Evaluate(kSeed, point, Split::kTest, 40).loss, evaluated, 1e-6);
    EXPECT_GT(std::abs(At(*task, point).loss - At(*plain, point).loss), 1e-3);
  }
}

TEST(AugmentedTask, LabelNoiseIsOfTrainingBatchesAloneAndAlikeInBothTiers) {
  for (const char* name : {kTasks[0], kTasks[1]}) {
    const auto plain = Make(name), task = Make(name, "label_noise: {part: [0.9, 0.9]}");
    const Floats point = Initial(*plain);
    EXPECT_GT(std::abs(At(*task, point).loss - At(*plain, point).loss), 1e-3) << name;
    EXPECT_NEAR(At(*MakePlainSource(*task), point).loss, At(*task, point).loss, 1e-5);
    const FreshBatch batch = {.number = 3};
    EXPECT_EQ(task->Score(kSeed, batch, point).loss, plain->Score(kSeed, batch, point).loss);
    EXPECT_EQ(MakeKernelScores(*task)->Score(kSeed, batch, point).loss,
              MakeKernelScores(*plain)->Score(kSeed, batch, point).loss);
  }
}

// Of the plain task's loss and gradient in the fused tier, at other parameters.
class Plain {
 public:
  explicit Plain(const char* name)
      : task_(Make(name)), source_(MakeKernelSource(*task_, lane::ActiveTarget())) {}
  const Task& task() const { return *task_; }
  Result operator()(const Floats& point, int64_t step = 4) { return At(*source_, point, step); }

 private:
  std::unique_ptr<Task> task_;
  std::unique_ptr<GradientSource> source_;
};

Stream StreamOf(Purpose purpose, uint32_t step) {
  return {.key = kSeed.key,
          .purpose = purpose,
          .particle = kSeed.particle,
          .episode = kSeed.episode,
          .step = step};
}

TEST(AugmentedTask, ReparametrizedParametersAreTheWeightsOverS) {
  Plain plain(kTasks[0]);
  const Floats weights = Initial(plain.task());
  for (const char* level : {"whole", "tensor", "element"}) {
    SCOPED_TRACE(level);
    const auto task =
        Make(kTasks[0], fmt::format("reparametrize: {{{}: {{scale: [0.1, 10]}}}}", level));
    const Floats own = Initial(*task);
    v1::Augmentations drawn =
        DrawTask(*ParseTask(fmt::format("{{quadratic: {{dimension: 2}}, augment: {{reparametrize: "
                                        "{{{}: {{scale: [0.1, 10]}}}}}}}}",
                                        level),
                            "task"),
                 1, 2, 3)
            .augment();
    const AlignedFloats s = ScalesOf(drawn.reparametrize(), task->parameters(), kSeed);
    Floats used = own, expected = weights;
    DivideBy(s.span(), expected);
    EXPECT_EQ(own, expected);
    MultiplyBy(s.span(), used);
    Result by_hand = plain(used);
    MultiplyBy(s.span(), by_hand.gradient);
    EXPECT_EQ(At(*task, own), by_hand);
    const FreshBatch batch = {.number = 1};
    EXPECT_EQ(task->Score(kSeed, batch, own).loss, plain.task().Score(kSeed, batch, used).loss);
    EXPECT_EQ(MakeKernelScores(*task)->Evaluate(kSeed, Split::kTest, own).loss,
              MakeKernelScores(plain.task())->Evaluate(kSeed, Split::kTest, used).loss);
    // Log-uniform in the range, as many numbers as it says.
    std::vector<float> numbers(s.span().begin(), s.span().end());
    for (const float number : numbers) EXPECT_TRUE(number >= 0.1f && number <= 10);
    std::ranges::sort(numbers);
    const auto different = std::unique(numbers.begin(), numbers.end()) - numbers.begin();
    const size_t counts[] = {1, task->parameters().size(), task->parameter_count()};
    const size_t at = level[0] == 'w' ? 0 : level[0] == 't' ? 1 : 2;
    EXPECT_EQ(static_cast<size_t>(different), counts[at]);
    const bool of_particles = at > 0;
    const AlignedFloats other = ScalesOf(drawn.reparametrize(), task->parameters(),
                                         {.key = 5, .particle = 4, .episode = 7});
    EXPECT_EQ(other.span()[0] != s.span()[0], of_particles) << "each particle draws of its own";
  }
}

TEST(AugmentedTask, InitialWeightsAreScaledThenStored) {
  const Floats plain = Initial(*Make(kTasks[0]));
  const auto task =
      Make(kTasks[0],
           "initial_scale: {factor: [3, 3]}, reparametrize: {whole: {scale: [7, 7]}}, "
           "storage: {type: f16, of: parameters}");
  Floats expected = plain;
  MultiplyBy(3, expected);
  const Floats sevens(expected.size(), 7);
  DivideBy(sevens, expected);
  RoundAll(v1::STORAGE_TYPE_F16, expected);
  EXPECT_EQ(Initial(*task), expected);
  EXPECT_NE(Initial(*Make(kTasks[0],
                          "initial_scale: {factor: [3, 3]}, reparametrize: {whole: "
                          "{scale: [7, 7]}}, storage: {of: gradients}")),
            expected);
}

// Everything that acts on gradients, one after the other as the schema has them.
TEST(AugmentedTask, GradientsArePutTogetherInTheOrderOfTheSchema) {
  Plain plain(kTasks[0]);
  const Floats point = Initial(plain.task());
  const auto task = Make(
      kTasks[0],
      "loss_scale: {factor: [3, 3]}, gradient_noise: {scale: [0.5, 0.5]}, normalized_gradient: {}, "
      "subsampled_directions: {directions: [2, 2], sign: 0}, storage: {of: gradients}, "
      "reparametrize: {whole: {scale: [2, 2]}}");
  const size_t count = point.size();
  const Floats twos(count, 2);
  Floats used = point;
  MultiplyBy(twos, used);
  Result expected = plain(used);
  Floats& g = expected.gradient;
  MultiplyBy(twos, g);
  RoundAll(v1::STORAGE_TYPE_BF16, g);
  Floats direction(count), sum(count), noise(count);
  for (const uint64_t number : {0, 1}) {
    FillNormals(StreamOf(Purpose::kAugmentDirections, 4), number * ((count + 3) / 4 * 4),
                direction);
    AddProjection(g, direction, false, sum);
  }
  g = sum;
  Normalize(g);
  FillNormals(StreamOf(Purpose::kAugmentNoise, 4), 0, noise);
  AddNoise(0.5, noise, g);
  MultiplyBy(3, g);
  EXPECT_EQ(At(*task, point), expected);
}

TEST(AugmentedTask, AnEsGradientIsOfPairsOnTheSameBatch) {
  Plain plain(kTasks[0]);
  const Floats point = Initial(plain.task());
  const auto task = Make(kTasks[0],
                         "es_gradient: {sigma: [0.05, 0.05], pairs: [3, 3]}, reparametrize: "
                         "{whole: {scale: [2, 2]}}, storage: {}");
  const size_t count = point.size();
  const auto at = [&](Floats own) {
    const Floats twos(count, 2);
    MultiplyBy(twos, own);
    return plain(own).loss;
  };
  Floats e(count), gradient(count);
  for (const uint64_t pair : {0, 1, 2}) {
    FillNormals(StreamOf(Purpose::kAugmentEs, 4), pair * ((count + 3) / 4 * 4), e);
    MultiplyBy(0.05f, e);
    Floats above = point, below = point;
    for (size_t i = 0; i < count; ++i) above[i] += e[i];
    for (size_t i = 0; i < count; ++i) below[i] -= e[i];
    AddEsPair(at(above), at(below), 0.05, 3, e, gradient);
  }
  EXPECT_EQ(At(*task, point), (Result{at(point), gradient})) << "rounding is beneath it";
}

// E[e·eᵀ] = sigma²: the mean over many pairs is the gradient of a quadratic.
TEST(AugmentedTask, AnEsGradientOfManyPairsIsTheGradient) {
  Plain plain(kTasks[2]);
  const Floats point(plain.task().parameter_count(), 1.5f);
  const auto task = Make(kTasks[2], "es_gradient: {sigma: [0.1, 0.1], pairs: [4096, 4096]}");
  const Floats exact = plain(point).gradient, own = At(*task, point).gradient;
  const double norm = std::sqrt(Dot(exact, exact));
  for (size_t i = 0; i < exact.size(); ++i) {
    EXPECT_NEAR(own[i], exact[i], 5 * norm / std::sqrt(4096.0));
  }
}

}  // namespace
}  // namespace paceline
