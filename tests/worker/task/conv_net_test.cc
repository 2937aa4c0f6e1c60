#include "worker/task/conv_net/conv_net.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace paceline {
namespace {

using ::testing::ElementsAre;

std::vector<float> Normals(size_t count, uint32_t step) {
  std::vector<float> values(count);
  FillNormals({.key = 3, .purpose = Purpose::kBatch, .step = step}, 0, values);
  return values;
}

ConvNet MakeNet(int size, int channels, std::vector<uint32_t> widths, v1::Pool pool,
                v1::Activation activation) {
  auto data = std::make_shared<ImageData>();
  data->height = data->width = size;
  data->channels = channels;
  data->classes = 3;
  v1::ConvNet config;
  config.set_batch(4);
  config.set_pool(pool);
  config.set_activation(activation);
  for (const uint32_t width : widths) config.add_channels(width);
  return {config, data, 3};
}

// A convolution by its definition, one number at a time.
float Convolved(const ConvShape& shape, std::span<const float> x, std::span<const float> w,
                size_t n, int64_t row, int64_t column, size_t out) {
  const ConvPlace& place = shape.place;
  double sum = 0;
  for (int64_t dy = 0; dy < 3; ++dy) {
    for (int64_t dx = 0; dx < 3; ++dx) {
      const int64_t y = row * place.stride + dy - place.before();
      const int64_t at = column * place.stride + dx - place.before();
      if (y < 0 || y >= place.in || at < 0 || at >= place.in) continue;
      for (size_t in = 0; in < shape.in; ++in) {
        sum += static_cast<double>(x[((n * place.in + y) * place.in + at) * shape.in + in]) *
               w[((dy * 3 + dx) * shape.in + in) * shape.out + out];
      }
    }
  }
  return static_cast<float>(sum);
}

TEST(Conv, SamePaddingOfAnEvenSizeAtStrideTwoIsAtTheEndAlone) {
  const ConvPlace even = ConvPlaces(8, 1).front(), odd = ConvPlaces(7, 1).front();
  EXPECT_THAT((std::vector{even.out, even.before(), even.after()}), ElementsAre(4, 0, 1));
  EXPECT_THAT((std::vector{odd.out, odd.before(), odd.after()}), ElementsAre(4, 1, 1));
  const ConvPlace second = ConvPlaces(8, 2).back();
  EXPECT_THAT((std::vector{second.in, second.out, second.stride, second.before(), second.after()}),
              ElementsAre(4, 4, 1, 1, 1));
}

TEST(Conv, IsTheSumThatItsDefinitionSays) {
  for (const int64_t size : {1, 2, 5, 8}) {
    for (const size_t layer : {0u, 1u}) {
      const ConvShape shape{.batch = 2, .place = ConvPlaces(size, 2)[layer], .in = 3, .out = 5};
      const auto x = Normals(shape.in_values(), 0), w = Normals(9 * 3 * 5, 1), b = Normals(5, 2);
      std::vector<float> y(shape.out_values());
      ConvForward(shape, x, w, b, y);
      for (size_t i = 0; i < y.size(); ++i) {
        const size_t out = i % 5, position = i / 5 % (shape.place.out * shape.place.out);
        const size_t n = i / 5 / (shape.place.out * shape.place.out);
        const auto row = static_cast<int64_t>(position) / shape.place.out;
        const auto column = static_cast<int64_t>(position) % shape.place.out;
        EXPECT_NEAR(y[i], Convolved(shape, x, w, n, row, column, out) + b[out], 2e-5);
      }
    }
  }
}

TEST(Pool, PositionsThatShareTheMaximumShareItsGradient) {
  const PoolShape shape{.batch = 1, .positions = 4, .channels = 1};
  const std::vector<float> x = {2, 1, 2, 0}, dy = {6};
  std::vector<float> y(1), dx(4);
  PoolForward(v1::POOL_MAX, shape, x, y);
  EXPECT_THAT(y, ElementsAre(2));
  PoolGradient(v1::POOL_MAX, shape, x, y, dy, dx);
  EXPECT_THAT(dx, ElementsAre(3, 0, 3, 0));
  PoolForward(v1::POOL_AVG, shape, x, y);
  EXPECT_THAT(y, ElementsAre(1.25f));
  PoolGradient(v1::POOL_AVG, shape, x, y, dy, dx);
  EXPECT_THAT(dx, ElementsAre(1.5f, 1.5f, 1.5f, 1.5f));
}

TEST(Pool, ANaNIsTheMaximum) {
  const PoolShape shape{.batch = 1, .positions = 3, .channels = 1};
  std::vector<float> y(1);
  PoolForward(v1::POOL_MAX, shape, std::vector<float>{1, NAN, 2}, y);
  EXPECT_TRUE(std::isnan(y[0]));
}

// By differences along random directions. Smooth activations: a kink within a difference would
// spoil it.
TEST(ConvNet, TheGradientIsTheSlopeOfTheLoss) {
  for (const v1::Pool pool : {v1::POOL_AVG, v1::POOL_MAX}) {
    for (const auto& widths : {std::vector<uint32_t>{5, 4}, {6}, {}}) {
      const ConvNet net = MakeNet(7, 2, widths, pool, v1::ACTIVATION_TANH);
      const auto images = Normals(4 * 7 * 7 * 2, 5);
      const std::vector<int32_t> labels = {0, 2, 1, 1};
      const auto point = Normals(net.parameter_count(), 6);
      std::vector<float> gradient(point.size());
      net.LossAndGradient(images, labels, point, gradient);
      for (uint32_t trial = 0; trial < 4; ++trial) {
        const auto direction = Normals(point.size(), 7 + trial);
        const auto loss_at = [&](float step) {
          std::vector<float> moved = point;
          for (size_t i = 0; i < moved.size(); ++i) moved[i] += step * direction[i];
          return net.Loss(images, labels, moved);
        };
        constexpr float kStep = 2e-3f;
        const double slope = (loss_at(kStep) - loss_at(-kStep)) / (2.0 * kStep);
        double along = 0;
        for (size_t i = 0; i < point.size(); ++i) along += double{gradient[i]} * direction[i];
        EXPECT_NEAR(along, slope, 0.02 * std::abs(slope) + 5e-3) << widths.size() << " " << pool;
      }
    }
  }
}

TEST(ConvNet, InitialWeightsAreHaikus) {
  const ConvNet net = MakeNet(8, 1, {64, 32}, v1::POOL_AVG, v1::ACTIVATION_RELU);
  std::vector<float> parameters(net.parameter_count(), NAN);
  net.SampleInitial({.key = 1, .particle = 2, .episode = 3}, parameters);
  for (const ParameterTensor& tensor : net.parameters()) {
    const auto values = std::span(parameters).subspan(tensor.offset, tensor.size);
    double squares = 0;
    for (const float value : values) squares += double{value} * value;
    if (tensor.kind == TensorKind::kBias) {
      EXPECT_EQ(squares, 0) << tensor.name;
      continue;
    }
    // A normal truncated at two standard deviations has 0.8796 of its deviation.
    const double inputs = static_cast<double>(tensor.size) / tensor.shape.back();
    const double deviation = std::sqrt(squares / tensor.size);
    EXPECT_NEAR(deviation * std::sqrt(inputs), 0.8796, 0.12) << tensor.name;
    EXPECT_LE(std::ranges::max(values) * std::sqrt(inputs), 2.0001) << tensor.name;
  }
}

}  // namespace
}  // namespace paceline
