// The inputs of a per-parameter network by config: which feature groups it sees, and which rows of
// its first layer in θ they have.
#pragma once

#include <cstdint>
#include <vector>

#include "paceline/v1/optimizer.pb.h"

namespace paceline {

// Columns of features from curvature: of the Hessian's diagonal, of the Gauss–Newton matrix's, and
// its means over row, column and tensor.
inline constexpr int kCurvatureColumns = 9;
inline constexpr int kHessianColumn = 0, kGaussNewtonColumn = 3, kKroneckerColumn = 6;
// Of a column that the network does not see.
inline constexpr uint8_t kNoRow = 255;

struct FeatureRows {
  // Each of the family's own columns in the order of google/learned_optimization.
  std::vector<uint8_t> own;
  // [kCurvatureColumns]
  std::vector<uint8_t> curvature;
  // The first of the time features' eleven rows.
  uint8_t time = kNoRow;
  int count = 0;  // rows of the first layer

  bool Sees(int curvature_column) const { return curvature[curvature_column] != kNoRow; }
};

// In each, no group named is all groups but those from curvature.
FeatureRows RowsOf(const v1::MlpLopt& config);
FeatureRows RowsOf(const v1::AdafacMlp& config);
FeatureRows RowsOf(const v1::MuAdafacMlp& config);
FeatureRows RowsOf(const v1::MlpNomLopt& config);

// Values of each group, in the order of its leaves in `linear`'s documentation; 0: not chosen.
struct LinearColumns {
  int gradient = 0, parameter = 0, momentum = 0, rms = 0, inverse_rms = 0, scaled_gradient = 0,
      scaled_momentum = 0;
};
LinearColumns ColumnsOf(const v1::Linear& config);
// The config's, or the default's single one.
std::vector<double> MomentumDecaysOf(const v1::Linear& config);
std::vector<double> RmsDecaysOf(const v1::Linear& config);

}  // namespace paceline
