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
};

// Rows of every matrix in scratch are padded to a whole number of packs.
inline constexpr int Padded(int n) { return (n + 15) / 16 * 16; }

// Where the parts of one loss-and-gradient evaluation lie in scratch, in floats.
struct MlpScratch {
  explicit MlpScratch(const MlpShape& shape);
  size_t weights[kMaxLayers];     // [in, Padded(out)]
  size_t transposed[kMaxLayers];  // [out, Padded(in)], layers ≥ 1
  size_t biases[kMaxLayers];      // [Padded(out)]
  size_t before[kMaxLayers];  // [batch, Padded(out)]: before the activation; the logits of the last
  size_t after[kMaxLayers];   // [batch, Padded(out)]: after it
  size_t slope;               // [batch, widest]: ∂loss/∂before of the layer at hand
  size_t slope_below;         // the same of the layer below
  size_t gradient;            // [widest in, widest padded out]
  size_t columns;             // [classes, Padded(batch)]: logits, transposed
  size_t size;
};

}  // namespace paceline::kernels
