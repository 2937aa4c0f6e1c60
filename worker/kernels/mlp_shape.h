// The shape of an image MLP as the kernels want it; no library types, so that files compiled per
// instruction set can include it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline::kernels {

// Numbered as v1::Activation.
enum class ActivationKind {
  kRelu = 1,
  kRelu6 = 2,
  kSelu = 3,
  kTanh = 4,
  kCos = 5,
  kSin = 6,
  kSigmoid = 7,
  kSilu = 8,
  kGelu = 9,
  kLeakyRelu = 10,
};

inline constexpr int kMaxLayers = 17;

struct MlpShape {
  int layers = 0;                   // weight matrices
  int widths[kMaxLayers + 1] = {};  // [layers + 1]: inputs, hidden widths, classes
  size_t weights[kMaxLayers] = {};  // offset of layer l's weights [in, out] in the parameters
  size_t biases[kMaxLayers] = {};   // and of its bias [out]
  ActivationKind activation = ActivationKind::kRelu;
  int batch = 0;
  float output_multiplier = 1;  // of the last layer's output
};

struct MlpScore {
  float loss = 0;
  int wrong = 0;
};

// Rows of matrices in scratch are padded: for vectors to whole packs; for a team to an odd number
// of floats, so that a column's elements lie in different banks of shared memory.
inline constexpr int Padded(int n) { return (n + 15) / 16 * 16; }
enum class Rows { kForVectors, kForTeams };

// Where the parts of one loss-and-gradient evaluation lie in scratch, in floats. Plain data.
struct MlpScratch {
  MlpScratch() = default;
  MlpScratch(const MlpShape& shape, Rows rows);
  // Layer l's weights are copied to [in, stride[l]], its bias to [stride[l]]; or they are used
  // where the parameters are, if their rows are of whole packs or rows need no padding.
  bool copied[kMaxLayers] = {};
  size_t weights[kMaxLayers] = {};
  size_t biases[kMaxLayers] = {};
  // [out, transposed_stride[l]], layers ≥ 1.
  size_t transposed[kMaxLayers] = {};
  size_t transposed_stride[kMaxLayers] = {};
  // [batch, stride[l]]: before the activation (of the last layer, the logits), later ∂loss/∂ it;
  // and after it.
  size_t stride[kMaxLayers] = {};
  size_t before[kMaxLayers] = {};
  size_t after[kMaxLayers] = {};
  size_t columns = 0;       // [classes, a pack]: one lane group's logits
  size_t terms = 0;         // [Padded(batch)]: the examples' losses
  size_t loss = 0;          // [1]
  size_t image_stride = 0;  // that suits the team, for whoever gathers the images
  size_t size = 0;
};

// Of one evaluation of curvature products (mlp_curvature_kernel.h), in floats.
struct MlpCurvatureScratch {
  MlpCurvatureScratch() = default;
  MlpCurvatureScratch(const MlpShape& shape, Rows rows);
  MlpScratch mlp;
  size_t probe = 0;  // the vector's parts, where `mlp` has the weights'
  // [batch, mlp.stride[l]] of layer l: the derivatives along the vector of what is before and after
  // the activation; ∂loss/∂(before the activation), and its products with the Hessian and the
  // Gauss–Newton matrix.
  size_t tangent_before[kMaxLayers] = {};
  size_t tangent_after[kMaxLayers] = {};
  size_t slope[kMaxLayers] = {};
  size_t hessian_slope[kMaxLayers] = {};
  size_t gauss_newton_slope[kMaxLayers] = {};
  size_t partial = 0;  // one layer's weights [in, stride]
  size_t size = 0;
};

}  // namespace paceline::kernels
