// Loss and gradient of a softmax classifier MLP on one batch, over a lane type: forward products,
// activations, cross-entropy, backward products. Sizes and offsets: worker/kernels/mlp_shape.h.
#pragma once

#include "worker/kernels/activation_math.h"
#include "worker/kernels/dense_kernel.h"
#include "worker/kernels/mlp_shape.h"

namespace paceline::kernels {

template <class V>
class MlpEvaluation {
 public:
  MlpEvaluation(const MlpShape& shape, const MlpScratch& at, float* scratch)
      : shape_(shape), at_(at), scratch_(scratch) {}

  // images: [batch, inputs]. Returns the mean cross-entropy; gradient has the parameters' layout.
  float LossAndGradient(const float* images, const int32_t* labels, const float* parameters,
                        float* gradient) {
    PadParameters(parameters);
    Forward(images);
    const float loss = SoftmaxCrossEntropy(labels);
    for (int layer = shape_.layers - 1; layer >= 0; --layer) Backward(layer, images, gradient);
    return loss;
  }

 private:
  int in(int layer) const { return shape_.widths[layer]; }
  int out(int layer) const { return shape_.widths[layer + 1]; }
  int padded_out(int layer) const { return Padded(out(layer)); }

  static void CopyRow(const float* from, int n, int padded, float* to) {
    int i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) V::Load(from + i).Store(to + i);
    for (; i < n; ++i) to[i] = from[i];
    for (; i < padded; ++i) to[i] = 0.0f;
  }

  void PadParameters(const float* parameters) {
    for (int layer = 0; layer < shape_.layers; ++layer) {
      const int padded = padded_out(layer);
      const float* weights = parameters + shape_.weights[layer];
      for (int i = 0; i < in(layer); ++i) {
        CopyRow(weights + size_t{1} * i * out(layer), out(layer), padded,
                scratch_ + at_.weights[layer] + size_t{1} * i * padded);
      }
      CopyRow(parameters + shape_.biases[layer], out(layer), padded, scratch_ + at_.biases[layer]);
      if (layer > 0) Transpose(layer, weights);
    }
  }

  void Transpose(int layer, const float* weights) {
    const int padded = Padded(in(layer));
    float* to = scratch_ + at_.transposed[layer];
    for (int o = 0; o < out(layer); ++o) {
      for (int i = 0; i < in(layer); ++i)
        to[o * padded + i] = weights[size_t{1} * i * out(layer) + o];
      for (int i = in(layer); i < padded; ++i) to[o * padded + i] = 0.0f;
    }
  }

  const float* Input(int layer, const float* images) const {
    return layer == 0 ? images : scratch_ + at_.after[layer - 1];
  }
  size_t InputStride(int layer) const { return layer == 0 ? in(0) : padded_out(layer - 1); }

  void Forward(const float* images) {
    for (int layer = 0; layer < shape_.layers; ++layer) {
      const size_t padded = padded_out(layer);
      float* before = scratch_ + at_.before[layer];
      Multiply<V>({.a = Input(layer, images),
                   .row_stride = InputStride(layer),
                   .k_stride = 1,
                   .b = scratch_ + at_.weights[layer],
                   .b_stride = padded,
                   .c = before,
                   .c_stride = padded,
                   .initial = scratch_ + at_.biases[layer],
                   .m = shape_.batch,
                   .n = static_cast<int>(padded),
                   .k = in(layer)});
      if (layer + 1 < shape_.layers) {
        WithActivation([&](auto function) {
          float* after = scratch_ + at_.after[layer];
          for (size_t i = 0; i < shape_.batch * padded; i += V::kLanes) {
            function.Value(V::Load(before + i)).Store(after + i);
          }
        });
      }
    }
  }

  // Per example: ℓ = ln Σ exp(z − max) − (z_label − max);  ∂ℓ/∂z = softmax − one-hot, over the
  // batch. Lanes are examples. Leaves the slope of the last layer in scratch.
  float SoftmaxCrossEntropy(const int32_t* labels) {
    const int last = shape_.layers - 1, classes = out(last), batch = shape_.batch;
    const int stride = Padded(batch), padded = padded_out(last);
    float* columns = scratch_ + at_.columns;
    const float* logits = scratch_ + at_.before[last];
    for (int c = 0; c < classes; ++c) {
      for (int b = 0; b < batch; ++b) columns[c * stride + b] = logits[b * padded + c];
      for (int b = batch; b < stride; ++b) columns[c * stride + b] = 0.0f;
    }
    float* log_sums = scratch_ + at_.slope;  // free until the slope is written below
    for (int b = 0; b < stride; b += V::kLanes)
      SoftmaxColumn(columns + b, classes, stride, log_sums + b);
    double sum = 0;
    for (int b = 0; b < batch; ++b) sum += log_sums[b] - logits[b * padded + labels[b]];
    WriteSlope(labels, columns);
    return static_cast<float>(sum / batch);
  }

  // Replaces the logits of one column of lanes by the softmax; log_sum = max + ln Σ exp(z − max).
  static void SoftmaxColumn(float* column, int classes, int stride, float* log_sum) {
    V largest = V::Load(column);
    for (int c = 1; c < classes; ++c) largest = Max(largest, V::Load(column + c * stride));
    V sum = V::Set(0.0f);
    for (int c = 0; c < classes; ++c) {
      const V e = Exp(V::Load(column + c * stride) - largest);
      e.Store(column + c * stride);
      sum = sum + e;
    }
    for (int c = 0; c < classes; ++c)
      (V::Load(column + c * stride) / sum).Store(column + c * stride);
    // ln of a NaN would be a number: a diverged run must not look finite.
    (largest + Select(sum == sum, Log(sum), sum)).Store(log_sum);
  }

  void WriteSlope(const int32_t* labels, const float* softmax) {
    const int last = shape_.layers - 1, classes = out(last), padded = padded_out(last);
    const int stride = Padded(shape_.batch);
    const float scale = 1.0f / static_cast<float>(shape_.batch);
    float* slope = scratch_ + at_.slope;
    for (int b = 0; b < shape_.batch; ++b) {
      for (int c = 0; c < classes; ++c) {
        slope[b * padded + c] = (softmax[c * stride + b] - (c == labels[b] ? 1.0f : 0.0f)) * scale;
      }
      for (int c = classes; c < padded; ++c) slope[b * padded + c] = 0.0f;
    }
  }

  void Backward(int layer, const float* images, float* gradient) {
    const size_t padded = padded_out(layer);
    float* slope = scratch_ + at_.slope;
    float* padded_gradient = scratch_ + at_.gradient;
    Multiply<V>({.a = Input(layer, images),
                 .row_stride = 1,
                 .k_stride = InputStride(layer),
                 .b = slope,
                 .b_stride = padded,
                 .c = padded_gradient,
                 .c_stride = padded,
                 .initial = nullptr,
                 .m = in(layer),
                 .n = static_cast<int>(padded),
                 .k = shape_.batch});
    for (int i = 0; i < in(layer); ++i) {
      CopyRow(padded_gradient + i * padded, out(layer), out(layer),
              gradient + shape_.weights[layer] + size_t{1} * i * out(layer));
    }
    BiasGradient(layer, slope, padded_gradient);
    CopyRow(padded_gradient, out(layer), out(layer), gradient + shape_.biases[layer]);
    if (layer > 0) SlopeBelow(layer);
  }

  void BiasGradient(int layer, const float* slope, float* sums) {
    const size_t padded = padded_out(layer);
    for (size_t j = 0; j < padded; j += V::kLanes) {
      V sum = V::Set(0.0f);
      for (int b = 0; b < shape_.batch; ++b) sum = sum + V::Load(slope + b * padded + j);
      sum.Store(sums + j);
    }
  }

  void SlopeBelow(int layer) {
    const size_t padded = padded_out(layer), below = Padded(in(layer));
    float* slope_below = scratch_ + at_.slope_below;
    Multiply<V>({.a = scratch_ + at_.slope,
                 .row_stride = padded,
                 .k_stride = 1,
                 .b = scratch_ + at_.transposed[layer],
                 .b_stride = below,
                 .c = slope_below,
                 .c_stride = below,
                 .initial = nullptr,
                 .m = shape_.batch,
                 .n = static_cast<int>(below),
                 .k = out(layer)});
    float* slope = scratch_ + at_.slope;
    const float* before = scratch_ + at_.before[layer - 1];
    WithActivation([&](auto function) {
      for (size_t i = 0; i < shape_.batch * below; i += V::kLanes) {
        const V factor = function.Slope(V::Load(before + i));
        (V::Load(slope_below + i) * factor).Store(slope + i);
      }
    });
  }

  // Calls body with the activation's functions.
  template <class Body>
  void WithActivation(const Body& body) {
    switch (shape_.activation) {
      case ActivationKind::kRelu:
        return body(activation::Relu());
      case ActivationKind::kRelu6:
        return body(activation::Relu6());
      case ActivationKind::kSelu:
        return body(activation::Selu());
      case ActivationKind::kTanh:
        return body(activation::Tanh());
      case ActivationKind::kCos:
        return body(activation::Cos());
      case ActivationKind::kSin:
        return body(activation::Sin());
      case ActivationKind::kSigmoid:
        return body(activation::Sigmoid());
      case ActivationKind::kSilu:
        return body(activation::Silu());
      case ActivationKind::kGelu:
        return body(activation::Gelu());
      case ActivationKind::kLeakyRelu:
        return body(activation::LeakyRelu());
    }
  }

  const MlpShape& shape_;
  const MlpScratch& at_;
  float* scratch_;
};

}  // namespace paceline::kernels
