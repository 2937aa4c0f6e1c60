// The leaves of θ, family by family; for LayoutOf.
#pragma once

#include <string>
#include <vector>

#include "common/lopt/layout.h"

namespace paceline {

ThetaLeaf ConstantLeaf(std::string path, std::vector<int64_t> shape, double value);

std::vector<ThetaLeaf> MlpLoptLeaves(const v1::MlpLopt& config);
std::vector<ThetaLeaf> AdafacMlpLeaves(const v1::AdafacMlp& config);
std::vector<ThetaLeaf> MuAdafacMlpLeaves(const v1::MuAdafacMlp& config);
std::vector<ThetaLeaf> MlpNomLoptLeaves(const v1::MlpNomLopt& config);
std::vector<ThetaLeaf> LinearLeaves(const v1::Linear& config);
std::vector<ThetaLeaf> Celo2Leaves(const v1::Celo2& config);

}  // namespace paceline
