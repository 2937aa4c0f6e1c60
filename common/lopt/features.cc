#include "common/lopt/features.h"

#include <algorithm>

namespace paceline {
namespace {

constexpr int kTimeRows = 11;

enum class Kind { kOwn, kHessian, kGaussNewton, kKronecker, kTime };

struct Group {
  int feature;  // number in the family's enum
  int columns;
  Kind kind = Kind::kOwn;
};

constexpr Group kMlpLoptGroups[] = {
    {v1::MLP_LOPT_FEATURE_GRADIENT, 1},
    {v1::MLP_LOPT_FEATURE_PARAMETER, 1},
    {v1::MLP_LOPT_FEATURE_MOMENTUM, 6},
    {v1::MLP_LOPT_FEATURE_HESSIAN_DIAGONAL, 3, Kind::kHessian},
    {v1::MLP_LOPT_FEATURE_GAUSS_NEWTON_DIAGONAL, 3, Kind::kGaussNewton},
    {v1::MLP_LOPT_FEATURE_KRONECKER, 3, Kind::kKronecker},
    {v1::MLP_LOPT_FEATURE_TIME, kTimeRows, Kind::kTime},
};
constexpr Group kAdafacGroups[] = {
    {v1::ADAFAC_FEATURE_GRADIENT, 1},
    {v1::ADAFAC_FEATURE_PARAMETER, 1},
    {v1::ADAFAC_FEATURE_MOMENTUM, 3},
    {v1::ADAFAC_FEATURE_RMS, 1},
    {v1::ADAFAC_FEATURE_SCALED_MOMENTUM, 3},
    {v1::ADAFAC_FEATURE_INVERSE_RMS, 1},
    {v1::ADAFAC_FEATURE_FACTORED_GRADIENT, 3},
    {v1::ADAFAC_FEATURE_ROW, 3},
    {v1::ADAFAC_FEATURE_COLUMN, 3},
    {v1::ADAFAC_FEATURE_INVERSE_ROW, 3},
    {v1::ADAFAC_FEATURE_INVERSE_COLUMN, 3},
    {v1::ADAFAC_FEATURE_FACTORED_MOMENTUM, 3},
    {v1::ADAFAC_FEATURE_HESSIAN_DIAGONAL, 3, Kind::kHessian},
    {v1::ADAFAC_FEATURE_GAUSS_NEWTON_DIAGONAL, 3, Kind::kGaussNewton},
    {v1::ADAFAC_FEATURE_KRONECKER, 3, Kind::kKronecker},
    {v1::ADAFAC_FEATURE_TIME, kTimeRows, Kind::kTime},
};

bool IsFromCurvature(Kind kind) { return kind != Kind::kOwn && kind != Kind::kTime; }

// `named` is a list of enum values.
template <class Groups, class Named>
FeatureRows Rows(const Groups& groups, const Named& named) {
  FeatureRows rows{.own = {}, .curvature = std::vector<uint8_t>(kCurvatureColumns, kNoRow)};
  for (const Group& group : groups) {
    const bool chosen = named.empty()
                            ? !IsFromCurvature(group.kind)
                            : std::find(named.begin(), named.end(), group.feature) != named.end();
    const auto first = static_cast<uint8_t>(rows.count);
    if (chosen) rows.count += group.columns;
    if (group.kind == Kind::kTime) {
      rows.time = chosen ? first : kNoRow;
      continue;
    }
    for (int i = 0; i < group.columns; ++i) {
      const auto row = chosen ? static_cast<uint8_t>(first + i) : kNoRow;
      if (group.kind == Kind::kOwn) {
        rows.own.push_back(row);
      } else {
        rows.curvature[(static_cast<int>(group.kind) - 1) * 3 + i] = row;
      }
    }
  }
  return rows;
}

std::vector<double> OrDefault(const google::protobuf::RepeatedField<double>& values,
                              double absent) {
  if (values.empty()) return {absent};
  return {values.begin(), values.end()};
}

}  // namespace

FeatureRows RowsOf(const v1::MlpLopt& config) { return Rows(kMlpLoptGroups, config.features()); }
FeatureRows RowsOf(const v1::AdafacMlp& config) { return Rows(kAdafacGroups, config.features()); }
FeatureRows RowsOf(const v1::MuAdafacMlp& config) { return Rows(kAdafacGroups, config.features()); }
FeatureRows RowsOf(const v1::MlpNomLopt& config) { return Rows(kAdafacGroups, config.features()); }

std::vector<double> MomentumDecaysOf(const v1::Linear& config) {
  return OrDefault(config.momentum_decays(), 0.9);
}
std::vector<double> RmsDecaysOf(const v1::Linear& config) {
  return OrDefault(config.rms_decays(), 0.999);
}

LinearColumns ColumnsOf(const v1::Linear& config) {
  const int momenta = static_cast<int>(MomentumDecaysOf(config).size());
  const int moments = static_cast<int>(RmsDecaysOf(config).size());
  const auto columns = [&config](v1::LinearFeature feature, int count) {
    const auto& named = config.features();
    const bool chosen =
        named.empty() || std::find(named.begin(), named.end(), feature) != named.end();
    return chosen ? count : 0;
  };
  return {.gradient = columns(v1::LINEAR_FEATURE_GRADIENT, 1),
          .parameter = columns(v1::LINEAR_FEATURE_PARAMETER, 1),
          .momentum = columns(v1::LINEAR_FEATURE_MOMENTUM, momenta),
          .rms = columns(v1::LINEAR_FEATURE_RMS, moments),
          .inverse_rms = columns(v1::LINEAR_FEATURE_INVERSE_RMS, moments),
          .scaled_gradient = columns(v1::LINEAR_FEATURE_SCALED_GRADIENT, moments),
          .scaled_momentum = columns(v1::LINEAR_FEATURE_SCALED_MOMENTUM, momenta * moments)};
}

}  // namespace paceline
