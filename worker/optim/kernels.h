// The loops behind the optimizers, once per instruction set; all give the same bits. Raw pointers,
// so that the files compiled for newer instructions share no inline functions with others.
//
// Arrays are in the arrangement of worker/optim/tensor_plan.h: lengths called padded are multiples
// of 16, and gradients and parameters are 0 in the padding.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

// A per-parameter MLP with ReLU: inputs → hidden → ... → hidden → (direction, magnitude). Rows of
// weights have padded_hidden columns, the last layer's have 2.
struct MlpView {
  size_t hidden = 0;
  size_t padded_hidden = 0;
  size_t layers = 0;                      // hidden layers, ≥ 1
  const float* first_weights = nullptr;   // [input, padded_hidden]
  const float* first_bias = nullptr;      // [padded_hidden]
  const float* middle_weights = nullptr;  // [layers − 1, hidden, padded_hidden]
  const float* middle_biases = nullptr;   // [layers − 1, padded_hidden]
  const float* last_weights = nullptr;    // [hidden, 2]
  const float* last_bias = nullptr;       // [2]
  // step = direction · exp(magnitude · exp_multiplier) · step_multiplier
  float exp_multiplier = 0;
  float step_multiplier = 0;
};

// accumulator ← decay·accumulator + complement·new
struct Decay {
  float decay = 0;
  float complement = 0;
};

inline constexpr size_t kTimeFeatures = 11;

inline constexpr size_t kMlpLoptMomenta = 6;
inline constexpr size_t kMlpLoptFeatures = 8;

// One tensor, as one row of `size` elements.
struct MlpLoptTensor {
  MlpView mlp;            // the first layer's inputs: gradient, parameter, momenta
  const float* start;     // [padded_hidden] bias with the time features in it
  const Decay* decays;    // [6]
  size_t size;            // unpadded, ≥ 1
  const float* gradient;  // [padded]
  float* parameters;      // [padded]
  float* momenta;         // [6, padded]
  float* scaled_weights;  // scratch [8, padded_hidden]
};

inline constexpr size_t kAdafacDecays = 3;
// Inputs of AdafacMLP's first layer, in the order of the prepared weights: per element (16), of the
// smaller axis's second moments (3, and 3 inverse roots), of the larger axis's (as many).
inline constexpr size_t kAdafacElementFeatures = 16;
inline constexpr size_t kAdafacSideFeatures = 6;
inline constexpr size_t kAdafacFeatures = kAdafacElementFeatures + 2 * kAdafacSideFeatures;

struct AdafacDecays {
  Decay momenta[kAdafacDecays];
  Decay rms;
  Decay factored[kAdafacDecays];
};

// Factored second moments along one axis. All arrays are [batch, 3, padded] but for the first two.
struct AdafacSide {
  size_t size;  // unpadded
  size_t padded;
  const float* mask;     // [padded] 1, and 0 in the padding
  float* sums;           // scratch [batch, padded]: Σ g² over the other axis
  float* moments;        // state
  float* inverse_roots;  // scratch: (v + 1e-8)^−½
  float* factors;        // scratch: r or c of the reference
};

struct AdafacTensor {
  MlpView mlp;
  const float* start;  // [padded_hidden]
  const AdafacDecays* decays;
  size_t size;  // of the tensor, unpadded
  size_t batches;
  bool columns_are_larger;
  const float* gradient;  // [batch, row, padded column]
  float* parameters;
  float* momenta;      // [3, batch, row, padded column]
  float* rms;          // [batch, row, padded column]
  float* inverse_rms;  // scratch, as rms
  AdafacSide rows;
  AdafacSide columns;
  float* scaled_weights;  // scratch [28, padded_hidden]
  float* row_start;       // scratch [row, padded_hidden]
  float* column_start;    // scratch [hidden, padded column]
};

// Rank < 2: second moments are per element.
struct AdafacVector {
  MlpView mlp;
  const float* start;
  const AdafacDecays* decays;
  size_t size;            // unpadded, ≥ 1
  const float* mask;      // [padded]
  const float* gradient;  // [padded]
  float* parameters;
  float* momenta;         // [3, padded]
  float* rms;             // [padded]
  float* moments;         // [3, padded]
  float* inverse_rms;     // scratch [padded]
  float* scaled_weights;  // scratch [28, padded_hidden]
};

// Elementwise rules on the whole flat vector; no padding.
struct SgdmArgs {
  float learning_rate;
  float momentum;
};
struct AdamArgs {
  float learning_rate;
  Decay first;
  Decay second;
  float epsilon;
  // 1 / (1 − β^t)
  float first_correction;
  float second_correction;
};

struct OptimKernels {
  void (*sgd)(float learning_rate, const float* gradient, float* parameters, size_t size);
  void (*sgdm)(const SgdmArgs& args, const float* gradient, float* parameters, float* trace,
               size_t size);
  void (*adam)(const AdamArgs& args, const float* gradient, float* parameters, float* first,
               float* second, size_t size);
  // start[h] = first_bias[h] + Σ_k tanh(iteration/s_k − 1)·time_weights[k, h]
  void (*time_start)(int64_t iteration, const float* first_bias, const float* time_weights,
                     size_t padded_hidden, float* start);
  void (*mlp_lopt)(const MlpLoptTensor& tensor);
  void (*adafac_tensor)(const AdafacTensor& tensor);
  void (*adafac_vector)(const AdafacVector& vector);
};

namespace simd_Scalar {
const OptimKernels& Kernels();
}
namespace simd_Avx2 {
const OptimKernels& Kernels();
}
namespace simd_Avx512 {
const OptimKernels& Kernels();
}

}  // namespace paceline
