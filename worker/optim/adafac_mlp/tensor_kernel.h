// AdafacMLP on a tensor of rank ≥ 2, whose second moments are factored over rows and columns.
//
// The normaliser needs the mean square of every feature before the network can run, and the
// factored features need the row and column sums of g² before that. So: sums over the gradient
// alone, one sweep that moves the accumulators and sums the squares, one that applies the network.
// Features that are constant along a row or a column enter the first layer once per row or column.
#pragma once

#include "worker/optim/adafac_mlp/element.h"

namespace paceline {

// Second moments along one axis. All arrays are [3, batch, padded] but for sums and means.
struct AdafacSide {
  uint32_t size;  // unpadded
  uint32_t padded;
  uint32_t stride;  // batches · padded
  uint32_t others;  // length of the other axis
  bool smaller;     // d1 of the reference
  float* moments;   // state
  float* sums;      // scratch [batch, padded]
  float* inverse_roots;
  float* factors;
  float* means;  // [3, batch]
};

// Inputs of the first layer, in this order: of each element, from curvature, of the smaller axis,
// of the larger one. `Features` is AdafacFeatures or another family's; `Applied` as NetworkStep's.
template <class Features, class Applied>
struct AdafacTensor {
  static constexpr uint32_t kElements = Features::kElements;

  const AdafacMlpPlan& plan;
  const TensorPlan& tensor;
  const AdafacArrays& arrays;
  const AdafacDecays& decays;
  const CurvatureInputs& curvature;
  AdafacSide rows;
  AdafacSide columns;
  const float* prepared;
  float* scratch;
  Applied apply;

  template <class V, class Team>
  PACELINE_LANE void Update(const Team& team) const {
    SumSquares<V>(team);
    float* totals = scratch + plan.totals;
    float* smaller = totals + kElements;
    float* larger = smaller + kAdafacSideFeatures;
    MoveSide<V>(rows, rows.smaller ? smaller : larger, team);
    MoveSide<V>(columns, columns.smaller ? smaller : larger, team);
    Accumulate<V>(totals, team);
    curvature.template Update<V>(arrays.momenta, team);
    ScaleFirstLayer<V>(totals, team);
    team.Sync();
    StartRows<V>(team);
    StartColumns<V>(team);
    team.Sync();
    ForGroups<V>(team, plan.network, arrays.padded, Network<V, Team>{*this});
  }

 private:
  // Row and column of an element; rows are numbered through all batches.
  struct Place {
    uint32_t row;
    uint32_t column;
  };
  PACELINE_LANE Place PlaceOf(uint32_t at) const {
    const uint32_t row = at / columns.padded;
    return {row, at - row * columns.padded};
  }
  PACELINE_LANE uint32_t BatchOf(uint32_t row) const {
    return tensor.batches == 1 ? 0 : row / rows.size;
  }
  // Of a row in [batch, padded].
  PACELINE_LANE uint32_t InSide(uint32_t row) const {
    return row + BatchOf(row) * (rows.padded - rows.size);
  }

  // Σ g² of every row and every column.
  template <class V, class Team>
  PACELINE_LANE void SumSquares(const Team& team) const {
    const uint32_t width = columns.padded, row_count = tensor.batches * rows.size;
    lane::ForEach(team, tensor.batches * (rows.padded - rows.size),
                  [&](size_t i) PACELINE_INLINE_LAMBDA {
                    const uint32_t padding = rows.padded - rows.size;
                    const size_t batch = i / padding;
                    rows.sums[batch * rows.padded + rows.size + i % padding] = 0.0f;
                  });
    lane::ForEach(team, tensor.batches * (width / V::kLanes), [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t batch = i * V::kLanes / width, column = i * V::kLanes % width;
      const float* gradient = arrays.gradient + batch * rows.size * width + column;
      V sum = V::Set(0.0f);
      for (uint32_t r = 0; r < rows.size; ++r) {
        const V g = V::Load(gradient + size_t{r} * width);
        sum = sum + g * g;
      }
      sum.Store(columns.sums + batch * width + column);
    });
    SumRows<V>(
        team, row_count, width, scratch + plan.row_partials,
        [&](uint32_t row, uint32_t at) PACELINE_INLINE_LAMBDA {
          const V g = V::Load(arrays.gradient + size_t{row} * width + at);
          return g * g;
        },
        [&](uint32_t row, float total) PACELINE_INLINE_LAMBDA { rows.sums[InSide(row)] = total; });
  }

  // Second moments along one axis, from Σ g² over the other one. The reference's 1e-30 inside the
  // mean is added to the mean. The moments of the smaller axis (the reference's rows, without d0)
  // are normalised by their own mean: factor = rsqrt(max(v/scale, 1e-9)).
  template <class V, class Team>
  PACELINE_LANE void MoveSide(const AdafacSide& side, float* totals, const Team& team) const {
    const uint32_t count = side.stride;
    const V others = V::Set(static_cast<float>(side.others));
    SumElements<V, kAdafacSideFeatures>(
        team, count, scratch + plan.sums, totals,
        [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
          const V mask = MaskOf<V>(at % side.padded, side.size);
          const V mean = V::Load(side.sums + at) / others + V::Set(1e-30f);
          PACELINE_UNROLL(3)
          for (uint32_t k = 0; k < kAdafacDecays; ++k) {
            const size_t own = size_t{k} * count + at;
            const V v = decays.factored[k].Move(V::Load(side.moments + own), mean) * mask;
            v.Store(side.moments + own);
            const V root = Rsqrt(v + V::Set(1e-8f)) * mask;
            root.Store(side.inverse_roots + own);
            AddSquare(squares[kAdafacMoments + k], v);
            AddSquare(squares[kAdafacInverseRoots + k], root);
          }
        });
    SumRows<V>(
        team, kAdafacDecays * tensor.batches, side.padded, scratch + plan.row_partials,
        [&](uint32_t row, uint32_t at) PACELINE_INLINE_LAMBDA {
          return V::Load(side.moments + size_t{row} * side.padded + at);
        },
        [&](uint32_t row, float total)
            PACELINE_INLINE_LAMBDA { side.means[row] = total / static_cast<float>(side.size); });
    lane::ForEach(team, kAdafacDecays * count / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t at = i * V::kLanes;
      const V scale = V::Set(side.smaller ? side.means[at / side.padded] + 1e-9f : 1.0f);
      Rsqrt(Max(V::Set(1e-9f), V::Load(side.moments + at) / scale)).Store(side.factors + at);
    });
    team.Sync();
  }

  // r·c of an element.
  template <class V>
  PACELINE_LANE void LoadFactors(Place place, V* factors) const {
    const uint32_t batch = BatchOf(place.row);
    const float* row = rows.factors + place.row + batch * (rows.padded - rows.size);
    const float* column = columns.factors + place.column + batch * columns.padded;
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      factors[k] = V::Set(row[k * rows.stride]) * V::Load(column + k * columns.stride);
    }
  }

  // Moves the accumulators and sums the squares of all features of an element. Ends with a Sync.
  template <class V, class Team>
  PACELINE_LANE void Accumulate(float* totals, const Team& team) const {
    constexpr int kSums = static_cast<int>(kElements);
    float* sums = scratch + plan.sums;
    if constexpr (Team::kSolo) {
      using Wide = typename lane::SixteenOf<V>::Type;
      const AdafacArrays own = arrays;
      SumChunks<V, kSums>(
          own.padded, totals,
          [&](uint32_t at, uint32_t end) PACELINE_INLINE_LAMBDA {
            for (; at < end; at += Wide::kLanes) Move<Wide>(own, at);
          },
          [&](uint32_t at, V* squares)
              PACELINE_INLINE_LAMBDA { AdafacElement<V>::Load(own, at).AddSquares(squares); },
          [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
            AddFeatures(AdafacElement<V>::Load(own, at), at, squares);
          });
    } else {
      SumElements<V, kSums>(team, arrays.padded, sums, totals,
                            [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
                              const AdafacElement<V> e = Move<V>(arrays, at);
                              e.AddSquares(squares);
                              AddFeatures(e, at, squares);
                            });
    }
  }

  template <class V>
  PACELINE_LANE AdafacElement<V> Move(const AdafacArrays& own, uint32_t at) const {
    const bool padding = columns.size != columns.padded;
    const V mask = padding ? MaskOf<V>(PlaceOf(at).column, columns.size) : V::Set(1.0f);
    return AdafacElement<V>::Update(own, decays, Features::kRmsEpsilon, at, mask);
  }

  template <class V>
  PACELINE_LANE void AddFeatures(const AdafacElement<V>& e, uint32_t at, V* squares) const {
    const Place place = PlaceOf(at);
    e.AddScaledSquares(squares);
    V factors[kAdafacDecays];
    LoadFactors(place, factors);
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      AddSquare(squares[kAdafacFactoredGradient + k], e.gradient * factors[k]);
      AddSquare(squares[kAdafacFactoredMomenta + k], e.momenta[k] * factors[k]);
    }
    if constexpr (kElements > kAdafacElementFeatures) {
      AddSquare(squares[kAdafacClippedGradient], e.ClippedGradient());
      AddSquare(squares[kAdafacScaledGradient], e.gradient * e.inverse_rms);
    }
  }

  // The first layer's weights times their features' normalisers.
  template <class V, class Team>
  PACELINE_LANE void ScaleFirstLayer(const float* totals, const Team& team) const {
    const NetworkPlan& network = plan.network;
    const AdafacSide& smaller = rows.smaller ? rows : columns;
    const AdafacSide& larger = rows.smaller ? columns : rows;
    const uint32_t extra = curvature.count();
    ScaleWeights<V>(
        team, network.inputs, network.padded_hidden, scratch + network.scaled_weights,
        [&](uint32_t f, uint32_t h) PACELINE_INLINE_LAMBDA {
          return V::Load(prepared + network.first_weights + f * network.padded_hidden + h);
        },
        [&](uint32_t f) PACELINE_INLINE_LAMBDA {
          if (f >= kElements && f < kElements + extra) return curvature.Normalizer(f - kElements);
          const uint32_t own = f < kElements ? f : f - extra;
          const uint32_t count = own < kElements ? tensor.size
                                 : own < kElements + kAdafacSideFeatures
                                     ? tensor.batches * smaller.size
                                     : tensor.batches * larger.size;
          return Normalizer(totals[own], static_cast<float>(count), Features::kNormalizerEpsilon);
        });
  }

  PACELINE_LANE const float* SideWeights(const AdafacSide& side) const {
    const uint32_t first = kElements + curvature.count() + (side.smaller ? 0 : kAdafacSideFeatures);
    return scratch + plan.network.scaled_weights + first * plan.network.padded_hidden;
  }

  // start[row, h] = start[h] + Σ over the row's own inputs.
  template <class V, class Team>
  PACELINE_LANE void StartRows(const Team& team) const {
    const uint32_t width = plan.network.padded_hidden;
    const float* weights = SideWeights(rows);
    lane::ForEach(team, size_t{tensor.batches} * rows.size * (width / V::kLanes),
                  [&](size_t i) PACELINE_INLINE_LAMBDA {
                    const uint32_t row = static_cast<uint32_t>(i * V::kLanes) / width;
                    const uint32_t h = static_cast<uint32_t>(i * V::kLanes) - row * width;
                    const uint32_t own = InSide(row);
                    V sum = V::Load(scratch + plan.network.start + h);
                    PACELINE_UNROLL(3)
                    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
                      sum = Fma(V::Set(rows.moments[k * rows.stride + own]),
                                V::Load(weights + (kAdafacMoments + k) * width + h), sum);
                      sum = Fma(V::Set(rows.inverse_roots[k * rows.stride + own]),
                                V::Load(weights + (kAdafacInverseRoots + k) * width + h), sum);
                    }
                    sum.Store(scratch + plan.row_start + i * V::kLanes);
                  });
  }

  // start[batch, h, column] = Σ over the column's own inputs.
  template <class V, class Team>
  PACELINE_LANE void StartColumns(const Team& team) const {
    const uint32_t width = plan.network.padded_hidden, hidden = plan.network.hidden;
    const float* weights = SideWeights(columns);
    lane::ForEach(team, size_t{columns.stride} / V::kLanes * hidden,
                  [&](size_t i) PACELINE_INLINE_LAMBDA {
                    // Columns run fastest.
                    const uint32_t packs = columns.padded / V::kLanes;
                    const uint32_t line = static_cast<uint32_t>(i) / packs;
                    const uint32_t column = (static_cast<uint32_t>(i) - line * packs) * V::kLanes;
                    const uint32_t batch = line / hidden, h = line % hidden;
                    const uint32_t own = batch * columns.padded + column;
                    V sum = V::Set(0.0f);
                    PACELINE_UNROLL(3)
                    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
                      sum = Fma(V::Load(columns.moments + k * columns.stride + own),
                                V::Set(weights[(kAdafacMoments + k) * width + h]), sum);
                      sum = Fma(V::Load(columns.inverse_roots + k * columns.stride + own),
                                V::Set(weights[(kAdafacInverseRoots + k) * width + h]), sum);
                    }
                    sum.Store(scratch + plan.column_start + line * columns.padded + column);
                  });
  }

  template <class V, class Team>
  struct Network {
    const AdafacTensor& t;

    template <int kGroups>
    PACELINE_LANE void Groups(const uint32_t* places) const {
      constexpr size_t kStride = size_t{kGroups} * size_t{V::kLanes};
      alignas(64) float features[(kElements + kMaxCurvatureInputs) * kStride];
      const uint32_t inputs = kElements + t.curvature.count();
      const float* row_start[kGroups];
      const float* column_start[kGroups];
      const NetworkPlan& network = t.plan.network;
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) {
        const Place place = t.PlaceOf(places[g]);
        const uint32_t batch = t.BatchOf(place.row);
        row_start[g] = t.scratch + t.plan.row_start + place.row * network.padded_hidden;
        column_start[g] = t.scratch + t.plan.column_start +
                          batch * network.hidden * t.columns.padded + place.column;
        float* own = features + g * V::kLanes;
        const AdafacElement<V> e = AdafacElement<V>::Load(t.arrays, places[g]);
        e.StoreFeatures(own, kStride);
        V factors[kAdafacDecays];
        t.LoadFactors(place, factors);
        PACELINE_UNROLL(3)
        for (uint32_t k = 0; k < kAdafacDecays; ++k) {
          (e.gradient * factors[k]).Store(own + (kAdafacFactoredGradient + k) * kStride);
          (e.momenta[k] * factors[k]).Store(own + (kAdafacFactoredMomenta + k) * kStride);
        }
        if constexpr (kElements > kAdafacElementFeatures) {
          e.ClippedGradient().Store(own + kAdafacClippedGradient * kStride);
          (e.gradient * e.inverse_rms).Store(own + kAdafacScaledGradient * kStride);
        }
        for (uint32_t f = kElements; f < inputs; ++f) {
          V::Load(t.curvature.values(f - kElements) + places[g]).Store(own + f * kStride);
        }
      }
      NetworkStep<V, Team, kGroups>(
          network, t.prepared, t.scratch + network.scaled_weights, inputs,
          [&](size_t f, int g)
              PACELINE_INLINE_LAMBDA { return V::Load(features + f * kStride + g * V::kLanes); },
          [&](size_t h, int g) PACELINE_INLINE_LAMBDA {
            return V::Set(row_start[g][h]) + V::Load(column_start[g] + h * t.columns.padded);
          },
          t.apply, places);
    }
  };
};

}  // namespace paceline
