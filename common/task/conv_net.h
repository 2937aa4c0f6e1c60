// conv_net: images, 3×3 convolutions, one pooling of all positions, a dense layer, softmax
// cross-entropy.
#pragma once

#include <span>

#include "common/task/facts.h"

namespace paceline {

TaskFacts ConvNetFacts(const v1::ConvNet& task);

// Rows and columns and strides of a convolution; SAME padding.
struct ConvPlace {
  int64_t in = 0;   // size × size
  int64_t out = 0;  // ⌈in / stride⌉
  int64_t stride = 1;
  // Zeros that are added before; with stride 2 on an even size there is one after and none before.
  int64_t before() const { return padding() / 2; }
  int64_t after() const { return padding() - before(); }
  int64_t padding() const;
};

inline constexpr int64_t kConvKernel = 3;

// Of layer i on images of size × size: stride 2 in the first layer, 1 in the others.
std::vector<ConvPlace> ConvPlaces(int64_t size, size_t layers);

// Per convolution "conv2_d/w" [3, 3, in, out] and "conv2_d/b" [out], then conv2_d_1 and so on;
// "linear/w" [in, classes] and "linear/b" [classes]. in: channels of the images.
std::vector<ParameterTensor> ConvNetTensors(int64_t in, std::span<const int64_t> channels,
                                            int64_t classes);

}  // namespace paceline
