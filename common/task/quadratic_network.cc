#include "common/task/quadratic_network.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "common/noise/streams.h"
#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

constexpr double kBound = 1e6;  // of losses that the library leaves as they are
// Tasks of a spectrum stand beside others whose losses are of order 1: one run that diverges must
// not be all that the estimator sees.
constexpr double kSpectrumBound = 1000;
constexpr double kLargestScale = 25;
// H of more would be a table of gigabytes, and is made anew for each question about a task.
constexpr uint32_t kMostMatrixDimensions = 256;

constexpr TensorInit kStandardNormal = {.kind = InitKind::kNormal};

double NoiseOf(const v1::Quadratic& task) { return task.has_noise() ? task.noise() : 1; }

double ConditionOf(const v1::Quadratic& task) {
  return task.has_condition() ? task.condition() : 1000;
}

Value Vector(NetworkBuilder& net, const v1::Quadratic& task, const std::string& name = "p") {
  return net.Parameter(name, {static_cast<int64_t>(task.dimension())}, TensorKind::kOther,
                       kStandardNormal);
}

Network Sum(NetworkBuilder& net, const v1::Quadratic& task) {
  const Value a = Vector(net, task, "a"), b = Vector(net, task, "b");
  return net.Finish(net.SumAll(net.Square(net.Add(a, b))), PlainMetaLoss(kBound));
}

Network Data(NetworkBuilder& net, const v1::Quadratic& task) {
  const Value p = Vector(net, task), target = net.EpisodeNormals(net.Shape(p));
  const Value distance = net.SumAll(net.Square(net.Subtract(target, p)));
  const Value number = net.Affine(net.Normals({}), NoiseOf(task), 0);
  return net.Finish(net.Add(distance, number), {.high = 1000});
}

// A·Aᵀ/dimension of one A ~ N(0, 1).
std::vector<double> FixedMatrix(size_t dimension) {
  std::vector<float> a(dimension * dimension);
  FillNormals({.purpose = Purpose::kTaskDynamic}, 0, a);
  std::vector<double> h(a.size());
  for (size_t row = 0; row < dimension; ++row) {
    for (size_t column = 0; column <= row; ++column) {
      double sum = 0;
      for (size_t i = 0; i < dimension; ++i) {
        sum += static_cast<double>(a[row * dimension + i]) * a[column * dimension + i];
      }
      h[row * dimension + column] = h[column * dimension + row] =
          sum / static_cast<double>(dimension);
    }
  }
  return h;
}

Network NoisyMean(NetworkBuilder& net, const v1::Quadratic& task) {
  const int64_t size = task.dimension();
  const Value p =
      net.Parameter("p", {size, 1}, TensorKind::kOther, {.kind = InitKind::kNormal, .scale = 10});
  const Value h = net.Constant({size, size}, FixedMatrix(task.dimension()));
  const Value noise = net.Affine(net.Normals({size, 1}), NoiseOf(task), 0);
  const Value from_mean = net.Subtract(p, noise);
  return net.Finish(net.SumAll(net.Multiply(from_mean, net.Dense(h, from_mean))),
                    PlainMetaLoss(kBound));
}

// What has p's gradient in it but not p's value: a term whose gradient is the noise.
Value WithoutValue(NetworkBuilder& net, Value x) { return net.Subtract(x, net.StopGradient(x)); }

Network NoisyGradient(NetworkBuilder& net, const v1::Quadratic& task) {
  const Value p = Vector(net, task);
  const Value scale = net.EpisodeUniforms(net.Shape(p), 0, kLargestScale);
  const Value centre = net.EpisodeNormals(net.Shape(p));
  const Value loss = net.SumAll(net.Square(net.Multiply(scale, net.Subtract(p, centre))));
  const Value noise = net.Affine(net.Normals(net.Shape(p)), NoiseOf(task), 0);
  const Value along = net.SumAll(net.Multiply(p, noise));
  return net.Finish(net.Add(loss, WithoutValue(net, along)), PlainMetaLoss(kBound));
}

std::vector<double> Eigenvalues(size_t dimension, double condition) {
  std::vector<double> values(dimension, 1);
  for (size_t i = 0; i + 1 < dimension; ++i) {
    const double place = static_cast<double>(i) / static_cast<double>(dimension - 1);
    values[i] = std::pow(condition, place - 1);
  }
  return values;
}

Network Spectrum(NetworkBuilder& net, const v1::Quadratic& task) {
  const Value p = Vector(net, task);
  const Value eigenvalues =
      net.Constant(net.Shape(p), Eigenvalues(task.dimension(), ConditionOf(task)));
  const Value sum = net.SumAll(net.Multiply(eigenvalues, net.Square(p)));
  return net.Finish(net.Affine(sum, 0.5, 0), PlainMetaLoss(kSpectrumBound));
}

Network Build(const v1::Task& any) {
  const v1::Quadratic& task = any.quadratic();
  NetworkBuilder net(1);
  switch (task.kind()) {
    case v1::QUADRATIC_KIND_SUM:
      return Sum(net, task);
    case v1::QUADRATIC_KIND_DATA:
      return Data(net, task);
    case v1::QUADRATIC_KIND_NOISY_MEAN:
      return NoisyMean(net, task);
    case v1::QUADRATIC_KIND_NOISY_GRADIENT:
      return NoisyGradient(net, task);
    case v1::QUADRATIC_KIND_SPECTRUM:
      return Spectrum(net, task);
    case v1::QUADRATIC_KIND_PLAIN:
    case v1::QUADRATIC_KIND_TARGET:
    case v1::QUADRATIC_KIND_LOG:
    case v1::QUADRATIC_KIND_UNSPECIFIED:
    case v1::QuadraticKind_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::QuadraticKind_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {};
}

std::optional<DataUse> NoData(const v1::Task&) { return std::nullopt; }

std::string Text(const v1::Task& any) {
  const v1::Quadratic& task = any.quadratic();
  std::string text = fmt::format("quadratic {}, {} dimensions",
                                 EnumWord(v1::QuadraticKind_Name(task.kind()), "QUADRATIC_KIND_"),
                                 task.dimension());
  if (task.kind() == v1::QUADRATIC_KIND_SPECTRUM) {
    return text + fmt::format(", condition {:g}", ConditionOf(task));
  }
  if (task.kind() == v1::QUADRATIC_KIND_SUM) return text;
  return text + fmt::format(", noise {:g}", NoiseOf(task));
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  scaled.mutable_quadratic()->set_dimension(
      Scaled(task.quadratic().dimension(), numerator, denominator));
  return scaled;
}

TaskFault Fault(const v1::Task& any) {
  const v1::Quadratic& task = any.quadratic();
  const bool has_matrix = task.kind() == v1::QUADRATIC_KIND_NOISY_MEAN;
  if (!has_matrix || task.dimension() <= kMostMatrixDimensions) return {};
  return {"dimension", fmt::format("is {}, and kind noisy_mean has {} at most", task.dimension(),
                                   kMostMatrixDimensions)};
}

}  // namespace

bool IsSimpleQuadratic(const v1::Quadratic& task) { return task.kind() <= v1::QUADRATIC_KIND_LOG; }

const NetworkFamily kQuadraticFamily = {.article_and_name = "a quadratic",
                                        .network = Build,
                                        .data = NoData,
                                        .text = Text,
                                        .scaled = Widened,
                                        .fault = Fault};

}  // namespace paceline
