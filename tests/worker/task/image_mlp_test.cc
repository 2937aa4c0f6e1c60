#include "worker/task/image_mlp/image_mlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace paceline {
namespace {

using ::testing::Each;
using ::testing::Lt;

constexpr int kPixels = 4;

Examples MakeExamples(size_t count, uint32_t stream) {
  Examples examples;
  examples.images.resize(count * kPixels);
  FillNormals({.key = 5, .purpose = Purpose::kBatch, .step = stream}, 0, examples.images);
  for (size_t i = 0; i < count; ++i) examples.labels.push_back(static_cast<int32_t>(i % 3));
  return examples;
}

std::shared_ptr<const ImageData> Data() {
  auto data = std::make_shared<ImageData>();
  data->height = data->width = 2;
  data->classes = 3;
  data->train = MakeExamples(1000, 0);
  data->inner_valid = MakeExamples(600, 1);
  data->outer_valid = MakeExamples(50, 2);
  data->test = MakeExamples(70, 3);
  return data;
}

ImageMlp MakeMlp(int batch = 16) {
  return ImageMlp(Data(), SoftmaxMlp({kPixels, 5, 3}, v1::ACTIVATION_RELU), batch);
}

std::vector<uint32_t> Indices(const ImageMlp& mlp, const RunSeed& seed, int64_t step) {
  std::vector<uint32_t> indices(mlp.batch());
  mlp.BatchIndices(seed, step, indices);
  return indices;
}

std::vector<float> Initial(const ImageMlp& mlp, const RunSeed& seed) {
  std::vector<float> parameters(mlp.parameter_count());
  mlp.SampleInitial(seed, parameters);
  return parameters;
}

TEST(ImageMlp, ABatchIsAFunctionOfKeyParticleEpisodeAndStep) {
  const ImageMlp mlp = MakeMlp();
  const RunSeed seed = {.key = 1, .particle = 2, .episode = 3};
  const std::vector<uint32_t> batch = Indices(mlp, seed, 4);
  EXPECT_EQ(batch, Indices(MakeMlp(), seed, 4));
  EXPECT_NE(batch, Indices(mlp, {.key = 9, .particle = 2, .episode = 3}, 4));
  EXPECT_NE(batch, Indices(mlp, {.key = 1, .particle = 9, .episode = 3}, 4));
  EXPECT_NE(batch, Indices(mlp, {.key = 1, .particle = 2, .episode = 9}, 4));
  EXPECT_NE(batch, Indices(mlp, seed, 9));
}

TEST(ImageMlp, BatchesCoverTheTrainingSplitUniformly) {
  const ImageMlp mlp = MakeMlp(1000);
  std::vector<int> hits(1000);
  for (int step = 0; step < 100; ++step) {
    const std::vector<uint32_t> batch = Indices(mlp, {.key = 1}, step);
    ASSERT_THAT(batch, Each(Lt(1000u)));
    for (const uint32_t i : batch) ++hits[i];
  }
  double chi_square = 0;
  for (const int count : hits) chi_square += (count - 100.0) * (count - 100.0) / 100;
  EXPECT_NEAR(chi_square, 999, 5 * std::sqrt(2.0 * 999));
}

TEST(ImageMlp, ABatchIsDrawnWithReplacement) {
  const std::vector<uint32_t> batch = Indices(MakeMlp(1000), {.key = 1}, 0);
  const std::set<uint32_t> distinct(batch.begin(), batch.end());
  EXPECT_NEAR(static_cast<double>(distinct.size()), 1000 * (1 - std::exp(-1.0)), 60);
}

TEST(ImageMlp, AStepTrainsOnTheExamplesOfItsBatch) {
  const ImageMlp mlp = MakeMlp();
  const RunSeed seed = {.key = 1, .particle = 2, .episode = 3};
  const std::vector<float> parameters = Initial(mlp, seed);
  std::vector<float> images;
  std::vector<int32_t> labels;
  for (const uint32_t i : Indices(mlp, seed, 4)) {
    const float* image = &mlp.data().train.images[i * kPixels];
    images.insert(images.end(), image, image + kPixels);
    labels.push_back(mlp.data().train.labels[i]);
  }
  std::vector<float> by_step(parameters.size()), by_examples(parameters.size());
  EXPECT_EQ(mlp.LossAndGradient(seed, 4, parameters, by_step),
            mlp.LossAndGradient(images, labels, parameters, by_examples));
  EXPECT_EQ(by_step, by_examples);
}

TEST(ImageMlp, InitialWeightsDependOnParticleAndEpisodeButNotOnTheBatch) {
  const RunSeed seed = {.key = 1, .particle = 2, .episode = 3};
  const std::vector<float> parameters = Initial(MakeMlp(), seed);
  EXPECT_EQ(parameters, Initial(MakeMlp(32), seed));
  EXPECT_NE(parameters, Initial(MakeMlp(), {.key = 1, .particle = 3, .episode = 3}));
  EXPECT_NE(parameters, Initial(MakeMlp(), {.key = 1, .particle = 2, .episode = 4}));
}

TEST(ImageMlp, TheMetaLossIsClippedAndFiniteForAnyLoss) {
  const ImageMlp mlp = MakeMlp();
  const float bound = static_cast<float>(1.5 * std::log(3.0));
  EXPECT_EQ(mlp.meta_loss_bound(), bound);
  EXPECT_EQ(mlp.MetaLoss(0.5f), 0.5f);
  EXPECT_EQ(mlp.MetaLoss(-1.0f), 0.0f);
  EXPECT_EQ(mlp.MetaLoss(1e6f), bound);
  EXPECT_EQ(mlp.MetaLoss(NAN), bound);
  EXPECT_EQ(mlp.MetaLoss(INFINITY), bound);
  EXPECT_EQ(mlp.MetaLoss(-INFINITY), 0.0f);
}

TEST(ImageMlp, EvaluationIsTheMeanOverAWholeSplitWhateverTheChunks) {
  const ImageMlp mlp = MakeMlp();
  const std::vector<float> parameters = Initial(mlp, {.key = 1});
  const SoftmaxMlp network({kPixels, 5, 3}, v1::ACTIVATION_RELU);
  const auto whole = [&](const Examples& examples) {
    return network.Loss(examples.images, examples.labels, parameters);
  };
  const auto evaluate = [&](Split split) { return mlp.Evaluate({}, parameters, split, 0).loss; };
  EXPECT_NEAR(evaluate(Split::kTrain), whole(mlp.data().train), 1e-9);
  EXPECT_NEAR(evaluate(Split::kInnerValid), whole(mlp.data().inner_valid), 1e-9);
  EXPECT_NEAR(evaluate(Split::kOuterValid), whole(mlp.data().outer_valid), 1e-9);
  EXPECT_NEAR(evaluate(Split::kTest), whole(mlp.data().test), 1e-9);
}

TEST(ImageMlp, EvaluationTakesTheFirstExamplesOrAllIfThereAreFewer) {
  const ImageMlp mlp = MakeMlp();
  const std::vector<float> parameters = Initial(mlp, {.key = 1});
  const Examples& test = mlp.data().test;
  const SoftmaxMlp network({kPixels, 5, 3}, v1::ACTIVATION_RELU);
  EXPECT_NEAR(mlp.Evaluate({}, parameters, Split::kTest, 20).loss,
              network.Loss(std::span(test.images).first(20 * kPixels),
                           std::span(test.labels).first(20), parameters),
              1e-9);
  EXPECT_EQ(mlp.Evaluate({}, parameters, Split::kTest, 1000).loss,
            mlp.Evaluate({}, parameters, Split::kTest, 0).loss);
}

TEST(ImageMlp, GradientDescentLowersTheLoss) {
  const ImageMlp mlp = MakeMlp(100);
  std::vector<float> parameters = Initial(mlp, {.key = 1});
  std::vector<float> gradient(parameters.size());
  const double before = mlp.Evaluate({}, parameters, Split::kTrain, 0).loss;
  for (int step = 0; step < 50; ++step) {
    mlp.LossAndGradient({.key = 1}, step, parameters, gradient);
    for (size_t i = 0; i < parameters.size(); ++i) parameters[i] -= 0.1f * gradient[i];
  }
  EXPECT_LT(mlp.Evaluate({}, parameters, Split::kTrain, 0).loss, before);
}

}  // namespace
}  // namespace paceline
