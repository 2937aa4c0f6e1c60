#include "worker/bench/flops.h"

#include "gtest/gtest.h"
#include "worker/bench/cases.h"

namespace paceline {
namespace {

InnerStepWork WorkOf(const std::string& task, const std::string& optimizer) {
  const auto cases = MakeCases({.tasks = {task}, .optimizers = {optimizer}});
  EXPECT_TRUE(cases.ok()) << cases.status();
  return WorkOfInnerStep(cases->front().config.tasks(0), cases->front().config.optimizer());
}

TEST(Flops, ProductsOfAnMlpByHand) {
  // 3 examples; 4 → 2 → 10: forward and weights' gradient of both layers, inputs' of the second.
  const double products = 2 * 3 * (2 * (4 * 2) + 3 * (2 * 10));
  const double biases = 3 * (2 + 10);
  const double relu = 3 * 2 * 3;  // value, slope, product with it
  const double softmax = 3 * (10 * (20 + 6) + 28 + 3);
  EXPECT_EQ(WorkOf("mlp:4-2-10:batch=3", "learnable_sgd").task_flops,
            products + biases + relu + softmax);
}

TEST(Flops, QuadraticsAndHandDesignedOptimizersByHand) {
  EXPECT_EQ(WorkOf("quadratic:10", "learnable_sgd").flops(), 30 + 20);
  EXPECT_EQ(WorkOf("quadratic:10:target", "learnable_sgdm").flops(), 40 + 40);
  EXPECT_EQ(WorkOf("quadratic:10", "learnable_adam").optimizer_flops, 150);
}

TEST(Flops, MlpLoptByHand) {
  // One vector of 5 parameters, 3 hidden units in 1 layer.
  const double network = 5 * (2 * 8 * 3 + 3 + 2 * 2 * 3);
  const double momenta = 5 * 6 * 3, squares = 2 * 8 * 5, update = 5 * 24;
  const double normalisers = 8 * (13 + 2 + 3);
  const double time = 11 * (38 + 2 + 2 * 3);
  EXPECT_EQ(WorkOf("quadratic:5", "mlp_lopt:hidden=3:layers=1").optimizer_flops,
            network + momenta + squares + update + normalisers + time);
}

TEST(Flops, AdafacMlpOnAMatrixMultipliesSixteenInputsAnElement) {
  // What one more hidden unit in one layer costs on 64 x 10 and a bias of 10: its multiply-adds,
  // ReLU and outputs, the two starts, the sides' inputs, normalisers and time features.
  const double more = WorkOf("mlp:64-10", "adafac_mlp:hidden=5:layers=1").optimizer_flops -
                      WorkOf("mlp:64-10", "adafac_mlp:hidden=4:layers=1").optimizer_flops;
  const double matrix = 640 * (2 * 16 + 2 + 1 + 4) + 74 * (2 * 6) + 16 + 6;
  const double vector = 10 * (2 * 28 + 1 + 4) + 28;
  EXPECT_EQ(more, matrix + vector + 11 * 2);
}

TEST(Flops, OfFewerFeaturesAreFewer) {
  // The time features alone; five of the parameters' eight inputs.
  const double all = WorkOf("quadratic:5", "mlp_lopt:hidden=3:layers=0").optimizer_flops;
  v1::Task task;
  task.mutable_quadratic()->set_dimension(5);
  v1::LearnedOptimizer config;
  v1::MlpLopt& own = *config.mutable_mlp_lopt();
  own.set_hidden(3);
  for (const auto feature : {v1::MLP_LOPT_FEATURE_GRADIENT, v1::MLP_LOPT_FEATURE_PARAMETER}) {
    own.add_features(feature);
  }
  const double few = WorkOfInnerStep(task, config).optimizer_flops;
  // Six inputs of five elements by two outputs, their squares and normalisers; time.
  const double inputs = 6 * (5 * (2 * 2 + 2) + 13 + 2 + 2);
  EXPECT_EQ(all - few, inputs + 11 * (38 + 2 + 2 * 2));
}

TEST(Flops, LinearByHand) {
  // g, p, m, v, its root, g and m over it; bias.
  const double columns = 7, averages = 4 + 1 + 4 + 3;
  EXPECT_EQ(WorkOf("quadratic:10", "linear").optimizer_flops,
            10 * (averages + 2 + 2 * columns + 2));
}

TEST(Flops, NewtonSchulzIterationsByHand) {
  const double once = WorkOf("mlp:64-10", "celo2:newton_schulz_steps=1").optimizer_flops -
                      WorkOf("mlp:64-10", "celo2:newton_schulz_steps=0").optimizer_flops;
  EXPECT_EQ(once, 4.0 * 10 * 10 * 64 + 2 * 1000 + 3 * 100 + 2 * 640);
}

TEST(Flops, NnAdamAndTheScheduleByHand) {
  const double element = 2 + 7 + 6 + 12 + 8, features = 11 * (28 + 4) + 4 * (20 + 8);
  const double lstm = 2 * (19 + 32) * 128 + 32 * (3 * 22 + 2 * 38 + 5), controls = 2 * 32 * 4;
  EXPECT_EQ(WorkOf("quadratic:10", "nn_adam").optimizer_flops,
            10 * element + features + lstm + controls);
  const double history = 10 * 12 + 9 * 5 + 9 * (38 + 2), network = 2 * (19 * 16 + 16 * 16 + 16);
  EXPECT_EQ(WorkOf("quadratic:10", "learned_schedule").optimizer_flops,
            history + network + 2 * 16 * 38 + 20 + 15 * 10);
}

TEST(Flops, AnLstmForEachTensorCountsOncePerTensor) {
  // One more unit of the bank: its weights in every tensor's mixture, and its control.
  const double more = WorkOf("mlp:64-32-10", "hyper_v2:param_inits=65").optimizer_flops -
                      WorkOf("mlp:64-32-10", "hyper_v2:param_inits=64").optimizer_flops;
  EXPECT_EQ(more, 4 * (2 * 128 + 2 * (31 * 4 + 5 * 4 + 2 * 4 + 2)));
}

TEST(Flops, TheCasesOfTheTableLandWhereTheyShould) {
  EXPECT_NEAR(WorkOf("mlp:64-32-10", "hyper_v2").flops(), 3.5e6, 0.1e6);
  EXPECT_NEAR(WorkOf("mlp:64-32-10", "adafac_mlp").flops(), 2.1e6, 0.1e6);
  EXPECT_NEAR(WorkOf("mlp:64-32-10", "mlp_lopt").flops(), 8.1e6, 0.3e6);
  EXPECT_NEAR(WorkOf("mlp:784-128-128-10", "adafac_mlp").flops(), 100e6, 5e6);
  EXPECT_NEAR(WorkOf("mlp:784-128-128-10", "mlp_lopt").flops(), 397e6, 15e6);
}

TEST(Flops, MemoryTrafficIsStateReadAndWritten) {
  EXPECT_EQ(WorkOf("mlp:64-32-10", "hyper_v2").bytes, 44.0 * 2410 + 4.0 * 162305);
  EXPECT_EQ(WorkOf("mlp:64-32-10", "adafac_mlp").bytes, 44.0 * 2410);
  EXPECT_EQ(WorkOf("mlp:64-32-10", "mlp_lopt").bytes, 60.0 * 2410);
  EXPECT_EQ(WorkOf("quadratic:10", "learnable_sgd").bytes, 12.0 * 10);
}

}  // namespace
}  // namespace paceline
