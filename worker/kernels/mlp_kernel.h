// Loss and gradient of a softmax classifier MLP on one batch, over a lane type and a team: forward
// products, activations, cross-entropy, backward products. Sizes and offsets:
// worker/kernels/mlp_shape.h.
#pragma once

#include "common/lane/wide.h"
#include "worker/kernels/activation_switch.h"
#include "worker/kernels/dense_kernel.h"
#include "worker/kernels/mlp_shape.h"

namespace paceline::kernels {

struct Batch {
  const float* images;  // [batch, stride]
  size_t stride;
  const int32_t* labels;  // [batch]
};

// A team of more than one thread has scalar lanes and scratch for teams.
template <class V, class Team>
class MlpEvaluation {
 public:
  PACELINE_LANE MlpEvaluation(const MlpShape& shape, const MlpScratch& at, const float* parameters,
                              float* scratch, const Team& team)
      : shape_(shape), at_(at), parameters_(parameters), scratch_(scratch), team_(team) {}

  // Returns the mean cross-entropy, to every thread; gradient has the parameters' layout. The team
  // has synchronised at the end.
  PACELINE_LANE float LossAndGradient(const Batch& batch, float* gradient) {
    CopyParameters();
    team_.Sync();
    for (int layer = 0; layer < shape_.layers; ++layer) {
      Forward(layer, batch);
      team_.Sync();
    }
    SoftmaxCrossEntropy(batch.labels);
    team_.Sync();
    for (int layer = shape_.layers - 1; layer >= 0; --layer) {
      Backward(layer, batch, gradient);
      team_.Sync();
    }
    return scratch_[at_.loss];
  }

  // For a team of one.
  PACELINE_LANE MlpScore Score(const Batch& batch) {
    CopyParameters();
    for (int layer = 0; layer < shape_.layers; ++layer) Forward(layer, batch);
    MlpScore score;
    for (int b = 0; b < shape_.batch; ++b) score.wrong += Predicted(b) != batch.labels[b] ? 1 : 0;
    SoftmaxCrossEntropy(batch.labels);
    MeanLoss();
    score.loss = scratch_[at_.loss];
    return score;
  }

 protected:
  // Where a lane's operations wait for each other.
  using W = typename lane::SixteenOf<V>::Type;

  // The class of example b with the largest logit, the first of equals.
  PACELINE_LANE int Predicted(int b) const {
    const float* row = scratch_ + at_.before[last()] + b * at_.stride[last()];
    int best = 0;
    for (int c = 1; c < out(last()); ++c) {
      if (row[c] > row[best]) best = c;
    }
    return best;
  }

  PACELINE_LANE int in(int layer) const { return shape_.widths[layer]; }
  PACELINE_LANE int out(int layer) const { return shape_.widths[layer + 1]; }
  PACELINE_LANE int last() const { return shape_.layers - 1; }
  // Columns in whole lane groups.
  template <class L = V>
  static PACELINE_LANE int Lanes(int n) {
    return (n + L::kLanes - 1) / L::kLanes * L::kLanes;
  }

  PACELINE_LANE const float* Weights(int layer) const {
    return at_.copied[layer] ? scratch_ + at_.weights[layer] : parameters_ + shape_.weights[layer];
  }
  PACELINE_LANE const float* Bias(int layer) const {
    return at_.copied[layer] ? scratch_ + at_.biases[layer] : parameters_ + shape_.biases[layer];
  }

  // From rows of `columns` to rows of `stride`, padded with zeros.
  PACELINE_LANE void CopyRows(const float* from, size_t rows, size_t columns, size_t stride,
                              float* to) const {
    lane::ForEachPlace(team_, rows, stride, [&](size_t r, size_t c) {
      to[r * stride + c] = c < columns ? from[r * columns + c] : 0.0f;
    });
  }

  PACELINE_LANE void CopyParameters() const {
    for (int layer = 0; layer < shape_.layers; ++layer) {
      const float* weights = parameters_ + shape_.weights[layer];
      if (at_.copied[layer]) {
        const size_t stride = at_.stride[layer];
        CopyRows(weights, in(layer), out(layer), stride, scratch_ + at_.weights[layer]);
        CopyRows(parameters_ + shape_.biases[layer], 1, out(layer), stride,
                 scratch_ + at_.biases[layer]);
      }
      if (layer > 0) Transpose(layer, weights);
    }
  }

  PACELINE_LANE void Transpose(int layer, const float* weights) const {
    const size_t stride = at_.transposed_stride[layer];
    const size_t rows = in(layer), columns = out(layer);
    float* to = scratch_ + at_.transposed[layer];
    lane::ForEachPlace(team_, rows, columns,
                       [&](size_t i, size_t o) { to[o * stride + i] = weights[i * columns + o]; });
    if (stride == rows) return;
    lane::ForEachPlace(team_, columns, stride - rows,
                       [&](size_t o, size_t i) { to[o * stride + rows + i] = 0.0f; });
  }

  PACELINE_LANE const float* Input(int layer, const Batch& batch) const {
    return layer == 0 ? batch.images : scratch_ + at_.after[layer - 1];
  }
  PACELINE_LANE size_t InputStride(int layer, const Batch& batch) const {
    return layer == 0 ? batch.stride : at_.stride[layer - 1];
  }

  PACELINE_LANE void Forward(int layer, const Batch& batch) const {
    const size_t stride = at_.stride[layer];
    float* const before = scratch_ + at_.before[layer];
    float* const after = scratch_ + at_.after[layer];
    const bool activated = layer < last();
    const ActivationKind kind = shape_.activation;
    const float multiplier = activated ? 1.0f : shape_.output_multiplier;
    Multiply<V, false>({.a = Input(layer, batch),
                        .row_stride = InputStride(layer, batch),
                        .k_stride = 1,
                        .b = Weights(layer),
                        .b_stride = at_.copied[layer] ? stride : static_cast<size_t>(out(layer)),
                        .initial = Bias(layer),
                        .m = shape_.batch,
                        .n = Lanes(out(layer)),
                        .k = in(layer)},
                       team_, [=](int row, int column, V sum) {
                         const size_t at = row * stride + column;
                         (sum * V::Set(multiplier)).Store(before + at);
                         if (activated) Activate(kind, sum).Store(after + at);
                       });
  }

  // Per example: ℓ = ln Σ exp(z − max) − (z_label − max);  ∂ℓ/∂z = softmax − one-hot, over the
  // batch. Lanes are examples. The last layer's logits become their slopes.
  PACELINE_LANE void SoftmaxCrossEntropy(const int32_t* labels) const {
    const int classes = out(last()), batch = shape_.batch;
    const size_t stride = at_.stride[last()];
    const size_t groups = (batch + W::kLanes - 1) / W::kLanes;
    lane::ForEach(team_, groups, [&](size_t group) {
      const int first = static_cast<int>(group) * W::kLanes;
      float* rows = scratch_ + at_.before[last()] + first * stride;
      if constexpr (W::kLanes == 1) {
        SoftmaxSlope(rows, 1, rows, stride, labels + first, 1, classes, first);
      } else {
        const int count = batch - first < W::kLanes ? batch - first : W::kLanes;
        float* columns = scratch_ + at_.columns;
        for (int b = 0; b < count; ++b) {
          for (int c = 0; c < classes; ++c) columns[c * W::kLanes + b] = rows[b * stride + c];
        }
        for (int b = count; b < W::kLanes; ++b) {
          for (int c = 0; c < classes; ++c) columns[c * W::kLanes + b] = 0.0f;
        }
        SoftmaxSlope(columns, W::kLanes, rows, stride, labels + first, count, classes, first);
      }
    });
  }

  // One lane group of examples: logits in columns [class, column_stride] and in rows [count,
  // stride]; the rows become the slopes.
  PACELINE_LANE void SoftmaxSlope(float* columns, size_t column_stride, float* rows, size_t stride,
                                  const int32_t* labels, int count, int classes, int first) const {
    const float scale = shape_.output_multiplier / static_cast<float>(shape_.batch);
    W largest = W::Load(columns);
    for (int c = 1; c < classes; ++c) largest = Max(largest, W::Load(columns + c * column_stride));
    float log_sums[W::kLanes], label_logits[W::kLanes];
    for (int b = 0; b < count; ++b) label_logits[b] = rows[b * stride + labels[b]];
    W sum = W::Set(0.0f);
    for (int c = 0; c < classes; ++c) {
      const W e = Exp(W::Load(columns + c * column_stride) - largest);
      e.Store(columns + c * column_stride);
      sum = sum + e;
    }
    for (int c = 0; c < classes; ++c) {
      (W::Load(columns + c * column_stride) / sum).Store(columns + c * column_stride);
    }
    // ln of a NaN would be a number: a diverged run must not look finite.
    (largest + Select(sum == sum, Log(sum), sum)).Store(log_sums);
    for (int b = 0; b < count; ++b) {
      scratch_[at_.terms + first + b] = log_sums[b] - label_logits[b];
      float* row = rows + b * stride;
      const float at_label = (columns[labels[b] * column_stride + b] - 1.0f) * scale;
      for (int c = 0; c < classes; ++c) row[c] = columns[c * column_stride + b] * scale;
      row[labels[b]] = at_label;
    }
  }

  // The sum is in the examples' order, so one thread's.
  PACELINE_LANE void MeanLoss() const {
    double sum = 0;
    for (int b = 0; b < shape_.batch; ++b) sum += scratch_[at_.terms + b];
    scratch_[at_.loss] = static_cast<float>(sum / shape_.batch);
  }

  // What one layer's gradients and the slope of the layer below read is not what they write, so all
  // are one phase.
  PACELINE_LANE void Backward(int layer, const Batch& batch, float* gradient) const {
    size_t items = 0;
    if (layer == last()) {
      lane::ForEach(team_, 1, [&](size_t) { MeanLoss(); });
      items = 32;  // a warp's worth: its other threads would wait
    }
    if (layer > 0) items += SlopeBelow(layer, lane::After(items, team_));
    items += WeightGradient(layer, batch, gradient, lane::After(items, team_));
    BiasGradient(layer, gradient, lane::After(items, team_));
  }

  template <class AnyTeam>
  PACELINE_LANE size_t WeightGradient(int layer, const Batch& batch, float* gradient,
                                      const AnyTeam& team) const {
    const int columns = out(layer);
    float* const to = gradient + shape_.weights[layer];
    return Multiply<V, true>({.a = Input(layer, batch),
                              .row_stride = 1,
                              .k_stride = InputStride(layer, batch),
                              .b = scratch_ + at_.before[layer],
                              .b_stride = at_.stride[layer],
                              .initial = nullptr,
                              .m = in(layer),
                              .n = Lanes(columns),
                              .k = shape_.batch},
                             team, [=](int row, int column, V sum) {
                               StoreFirst(sum, columns - column,
                                          to + size_t{1} * row * columns + column);
                             });
  }

  // The first `count` lanes, or all.
  template <class L>
  static PACELINE_LANE void StoreFirst(L value, int count, float* to) {
    if (L::kLanes == 1 || count >= L::kLanes) return value.Store(to);
    float lanes[L::kLanes];
    value.Store(lanes);
    for (int i = 0; i < count; ++i) to[i] = lanes[i];
  }

  template <class AnyTeam>
  PACELINE_LANE void BiasGradient(int layer, float* gradient, const AnyTeam& team) const {
    const size_t stride = at_.stride[layer];
    const float* slope = scratch_ + at_.before[layer];
    const int columns = out(layer), batch = shape_.batch;
    lane::ForEach(team, Lanes<W>(columns) / W::kLanes, [&](size_t group) {
      const int column = static_cast<int>(group) * W::kLanes;
      W sum = W::Set(0.0f);
      PACELINE_UNROLL(4)
      for (int b = 0; b < batch; ++b) sum = sum + W::Load(slope + b * stride + column);
      StoreFirst(sum, columns - column, gradient + shape_.biases[layer] + column);
    });
  }

  template <class AnyTeam>
  PACELINE_LANE size_t SlopeBelow(int layer, const AnyTeam& team) const {
    const size_t stride = at_.stride[layer - 1];
    float* const before = scratch_ + at_.before[layer - 1];
    const ActivationKind kind = shape_.activation;
    return Multiply<V, false>({.a = scratch_ + at_.before[layer],
                               .row_stride = at_.stride[layer],
                               .k_stride = 1,
                               .b = scratch_ + at_.transposed[layer],
                               .b_stride = at_.transposed_stride[layer],
                               .initial = nullptr,
                               .m = shape_.batch,
                               .n = Lanes(in(layer)),
                               .k = out(layer)},
                              team, [=](int row, int column, V sum) {
                                float* const at = before + row * stride + column;
                                (sum * ActivationSlope(kind, V::Load(at))).Store(at);
                              });
  }

  const MlpShape& shape_;
  const MlpScratch& at_;
  const float* parameters_;
  float* scratch_;
  const Team& team_;
};

}  // namespace paceline::kernels
