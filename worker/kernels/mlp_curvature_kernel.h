// Products of an MLP's Hessian and Gauss–Newton matrix with a vector v, over a lane type and a
// team: one forward and one backward sweep that carry the derivatives along v with them. The plain
// form, with the sources: worker/task/image_mlp/softmax_mlp_curvature.cc.
#pragma once

#include "worker/kernels/mlp_kernel.h"

namespace paceline::kernels {

template <class V, class Team>
class MlpCurvature : MlpEvaluation<V, Team> {
  using Mlp = MlpEvaluation<V, Team>;
  using Mlp::in;
  using Mlp::Input;
  using Mlp::InputStride;
  using Mlp::Lanes;
  using Mlp::last;
  using Mlp::out;
  using Mlp::shape_;
  using Mlp::team_;

 public:
  PACELINE_LANE MlpCurvature(const MlpShape& shape, const MlpCurvatureScratch& at,
                             const float* parameters, const float* v, float* scratch,
                             const Team& team)
      : Mlp(shape, at.mlp, parameters, scratch, team),
        probe_(shape, at.mlp, v, scratch + at.probe, team),
        at_(at),
        scratch_(scratch) {}

  // Both have the parameters' layout. The team has synchronised at the end.
  PACELINE_LANE void Products(const Batch& batch, float* hessian, float* gauss_newton) {
    this->CopyParameters();
    probe_.CopyParameters();
    team_.Sync();
    for (int layer = 0; layer <= last(); ++layer) {
      this->Forward(layer, batch);
      team_.Sync();
      ForwardTangent(layer, batch);
    }
    lane::ForEach(team_, shape_.batch,
                  [&](size_t example) { Softmax(batch.labels[example], example); });
    team_.Sync();
    for (int layer = last(); layer >= 0; --layer) {
      LayerProducts(layer, batch, hessian, gauss_newton);
      if (layer > 0) GoDown(layer);
      team_.Sync();
    }
  }

 private:
  // v's own weights, laid out as the network's are.
  struct Probe : Mlp {
    using Mlp::Bias;
    using Mlp::CopyParameters;
    using Mlp::Mlp;
    using Mlp::Weights;
  };

  PACELINE_LANE size_t Stride(int layer) const { return at_.mlp.stride[layer]; }
  PACELINE_LANE size_t WeightStride(int layer) const {
    return at_.mlp.copied[layer] ? Stride(layer) : static_cast<size_t>(out(layer));
  }
  PACELINE_LANE float* At(size_t offset) const { return scratch_ + offset; }

  // Rz = x·V + v_b + Rx·W, and R of what is after the activation. Ends with a Sync.
  PACELINE_LANE void ForwardTangent(int layer, const Batch& batch) const {
    const size_t stride = Stride(layer);
    float* const tangent = At(at_.tangent_before[layer]);
    const Product own = {.a = Input(layer, batch),
                         .row_stride = InputStride(layer, batch),
                         .k_stride = 1,
                         .b = probe_.Weights(layer),
                         .b_stride = WeightStride(layer),
                         .initial = probe_.Bias(layer),
                         .m = shape_.batch,
                         .n = Lanes(out(layer)),
                         .k = in(layer)};
    Multiply<V, false>(own, team_, [=](int row, int column, V sum) {
      sum.Store(tangent + row * stride + column);
    });
    team_.Sync();
    if (layer > 0) {
      Product through = own;
      through.a = At(at_.tangent_after[layer - 1]);
      through.row_stride = Stride(layer - 1);
      through.b = this->Weights(layer);
      through.initial = nullptr;
      Multiply<V, false>(through, team_, [=](int row, int column, V sum) {
        float* const at = tangent + row * stride + column;
        (V::Load(at) + sum).Store(at);
      });
      team_.Sync();
    }
    if (layer == last()) {
      const V multiplier = V::Set(shape_.output_multiplier);
      ForAll(layer, [&](size_t at) { (V::Load(tangent + at) * multiplier).Store(tangent + at); });
      team_.Sync();
      return;
    }
    const float* const before = At(at_.mlp.before[layer]);
    float* const after = At(at_.tangent_after[layer]);
    ForAll(layer, [&](size_t at) {
      (ActivationSlope(shape_.activation, V::Load(before + at)) * V::Load(tangent + at))
          .Store(after + at);
    });
    team_.Sync();
  }

  // body(place) for all lane groups of a layer's [batch, stride].
  template <class Body>
  PACELINE_LANE void ForAll(int layer, const Body& body) const {
    const size_t columns = static_cast<size_t>(Lanes(out(layer))), stride = Stride(layer);
    lane::ForEach(team_, shape_.batch * columns / V::kLanes, [&](size_t i) {
      const size_t first = i * V::kLanes;
      body(first / columns * stride + first % columns);
    });
  }

  // One example's slopes: (p − one-hot)/batch, and p ⊙ (Rz − pᵀRz)/batch for both matrices. What
  // pads the rows becomes 0.
  PACELINE_LANE void Softmax(int32_t label, size_t example) const {
    using S = lane::Scalar;
    const int layer = last(), classes = out(layer);
    const size_t row = example * Stride(layer);
    const float* z = At(at_.mlp.before[layer]) + row;
    const float* rz = At(at_.tangent_before[layer]) + row;
    float* slope = At(at_.slope[layer]) + row;
    float* hessian = At(at_.hessian_slope[layer]) + row;
    float* gauss_newton = At(at_.gauss_newton_slope[layer]) + row;
    float highest = z[0];
    for (int c = 1; c < classes; ++c) highest = highest < z[c] ? z[c] : highest;
    float sum = 0, mean = 0;
    for (int c = 0; c < classes; ++c) {
      slope[c] = lane::Exp(S::Set(z[c] - highest)).raw;
      sum = sum + slope[c];
    }
    for (int c = 0; c < classes; ++c) {
      slope[c] = slope[c] / sum;
      mean = Fma(S::Set(slope[c]), S::Set(rz[c]), S::Set(mean)).raw;
    }
    const float scale = shape_.output_multiplier / static_cast<float>(shape_.batch);
    for (int c = 0; c < Lanes(classes); ++c) {
      const bool inside = c < classes;
      hessian[c] = inside ? slope[c] * (rz[c] - mean) * scale : 0.0f;
      gauss_newton[c] = hessian[c];
      slope[c] = inside ? (slope[c] - (c == label ? 1.0f : 0.0f)) * scale : 0.0f;
    }
  }

  // Gᵥ = xᵀ·Gδ;  Hᵥ = xᵀ·Hδ + Rxᵀ·δ. The biases' are the slopes' sums. Ends without Sync.
  PACELINE_LANE void LayerProducts(int layer, const Batch& batch, float* hessian,
                                   float* gauss_newton) const {
    const int columns = out(layer);
    const size_t stride = Stride(layer);
    float* const partial = At(at_.partial);
    const Product product = {.a = Input(layer, batch),
                             .row_stride = 1,
                             .k_stride = InputStride(layer, batch),
                             .b = At(at_.gauss_newton_slope[layer]),
                             .b_stride = stride,
                             .initial = nullptr,
                             .m = in(layer),
                             .n = Lanes(columns),
                             .k = shape_.batch};
    float* const to = gauss_newton + shape_.weights[layer];
    Multiply<V, true>(product, team_, [=](int row, int column, V sum) {
      Mlp::StoreFirst(sum, columns - column, to + size_t{1} * row * columns + column);
    });
    BiasProduct(layer, at_.gauss_newton_slope[layer], gauss_newton);
    if (layer > 0) {
      Product bent = product;
      bent.a = At(at_.tangent_after[layer - 1]);
      bent.k_stride = Stride(layer - 1);
      bent.b = At(at_.slope[layer]);
      Multiply<V, true>(bent, team_, [=](int row, int column, V sum) {
        sum.Store(partial + row * stride + column);
      });
      team_.Sync();
    }
    Product own = product;
    own.b = At(at_.hessian_slope[layer]);
    float* const hessian_to = hessian + shape_.weights[layer];
    const bool first = layer == 0;
    Multiply<V, true>(own, team_, [=](int row, int column, V sum) {
      const V all = first ? sum : sum + V::Load(partial + row * stride + column);
      Mlp::StoreFirst(all, columns - column, hessian_to + size_t{1} * row * columns + column);
    });
    BiasProduct(layer, at_.hessian_slope[layer], hessian);
  }

  PACELINE_LANE void BiasProduct(int layer, size_t slope_at, float* product) const {
    const size_t stride = Stride(layer);
    const float* slope = At(slope_at);
    const int columns = out(layer), batch = shape_.batch;
    lane::ForEach(team_, Lanes(columns) / V::kLanes, [&](size_t group) {
      const int column = static_cast<int>(group) * V::kLanes;
      V sum = V::Set(0.0f);
      for (int b = 0; b < batch; ++b) sum = sum + V::Load(slope + b * stride + column);
      Mlp::StoreFirst(sum, columns - column, product + shape_.biases[layer] + column);
    });
  }

  // slopes·(the transposed weights), to `to` of the layer below through epilogue(place, sum).
  template <class Epilogue>
  PACELINE_LANE void Below(int layer, size_t slope_at, const float* transposed,
                           const Epilogue& epilogue) const {
    const size_t stride = Stride(layer - 1);
    Multiply<V, false>({.a = At(slope_at),
                        .row_stride = Stride(layer),
                        .k_stride = 1,
                        .b = transposed,
                        .b_stride = at_.mlp.transposed_stride[layer],
                        .initial = nullptr,
                        .m = shape_.batch,
                        .n = Lanes(in(layer)),
                        .k = out(layer)},
                       team_, [=](int row, int column, V sum) {
                         epilogue(static_cast<size_t>(row) * stride + column, sum);
                       });
  }

  // With f the activation of the layer below: δ' = δWᵀ·f';  Gδ' = GδWᵀ·f';
  // Hδ' = (HδWᵀ + δVᵀ)·f' + δWᵀ·f''·Rz. Ends without Sync.
  PACELINE_LANE void GoDown(int layer) const {
    const ActivationKind kind = shape_.activation;
    const size_t w = at_.mlp.transposed[layer];
    const float* const own = At(w);
    const float* const z = At(at_.mlp.before[layer - 1]);
    const float* const rz = At(at_.tangent_before[layer - 1]);
    float* const slope = At(at_.slope[layer - 1]);
    float* const hessian = At(at_.hessian_slope[layer - 1]);
    float* const gauss_newton = At(at_.gauss_newton_slope[layer - 1]);
    Below(layer, at_.gauss_newton_slope[layer], own, [=](size_t at, V sum) {
      (sum * ActivationSlope(kind, V::Load(z + at))).Store(gauss_newton + at);
    });
    Below(layer, at_.hessian_slope[layer], own, [=](size_t at, V sum) { sum.Store(hessian + at); });
    team_.Sync();
    Below(layer, at_.slope[layer], At(at_.probe + w), [=](size_t at, V sum) {
      ((V::Load(hessian + at) + sum) * ActivationSlope(kind, V::Load(z + at))).Store(hessian + at);
    });
    team_.Sync();
    Below(layer, at_.slope[layer], own, [=](size_t at, V sum) {
      const V before = V::Load(z + at);
      const V bent = sum * ActivationBend(kind, before) * V::Load(rz + at);
      (V::Load(hessian + at) + bent).Store(hessian + at);
      (sum * ActivationSlope(kind, before)).Store(slope + at);
    });
  }

  const Probe probe_;
  const MlpCurvatureScratch& at_;
  float* scratch_;
};

}  // namespace paceline::kernels
