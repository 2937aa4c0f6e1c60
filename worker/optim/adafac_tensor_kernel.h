// AdafacMLP on a tensor of rank ≥ 2, whose second moments are factored over rows and columns.
//
// Two sweeps over the elements come before the one that runs the network, because the normaliser
// needs the mean square of every feature first. Features that are constant along a row or a column
// enter the network's first layer once per row or column.
#pragma once

#include "worker/optim/adafac_element.h"

namespace paceline {

// First sweep: momenta, rms, and Σ g² of every row and column.
template <class V>
PACELINE_LANE void AdafacAccumulate(const AdafacTensor& t, size_t padded, Partials<V>* squares) {
  const size_t width = t.columns.padded;
  size_t at = 0;
  for (size_t b = 0; b < t.batches; ++b) {
    float* column_sums = t.columns.sums + b * width;
    for (size_t c = 0; c < width; c += V::kLanes) V::Set(0.0f).Store(column_sums + c);
    for (size_t r = 0; r < t.rows.size; ++r, at += width) {
      Partials<V> row_sum;
      row_sum.Clear();
      ForLanes<V>(width, [&](size_t c, int part) PACELINE_INLINE_LAMBDA {
        const V mask = V::Load(t.columns.mask + c);
        const AdafacElement<V> e = UpdateAdafacElement<V>(t, padded, at + c, mask);
        e.AddSquares(part, squares);
        const V square = e.gradient * e.gradient;
        row_sum.Add(part, square);
        (V::Load(column_sums + c) + square).Store(column_sums + c);
      });
      t.rows.sums[b * t.rows.padded + r] = row_sum.Total();
    }
    for (size_t r = t.rows.size; r < t.rows.padded; ++r) t.rows.sums[b * t.rows.padded + r] = 0;
  }
}

// factor = rsqrt(max(v/scale, 1e-9)); scale 1 for the larger axis.
template <class V>
PACELINE_LANE void AdafacFactors(const float* moments, size_t padded, float scale, float* factors) {
  for (size_t i = 0; i < padded; i += V::kLanes) {
    const V v = V::Load(moments + i) / V::Set(scale);
    Rsqrt(Max(V::Set(1e-9f), v)).Store(factors + i);
  }
}

// Second moments along one axis, from Σ g² over the other axis (of length `others`). The
// reference's 1e-30 inside the mean is added to the mean. The row moments (those of the smaller
// axis, without d0) are normalised by their own mean.
template <class V>
PACELINE_LANE void AdafacUpdateSide(const AdafacSide& side, size_t batches, size_t others,
                                    bool smaller, const Decay* decays, Partials<V>* squares) {
  const V count = V::Set(static_cast<float>(others));
  for (size_t b = 0; b < batches; ++b) {
    const float* sums = side.sums + b * side.padded;
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      const size_t place = (b * kAdafacDecays + k) * side.padded;
      float* moments = side.moments + place;
      Partials<V> total;
      total.Clear();
      ForLanes<V>(side.padded, [&](size_t i, int part) PACELINE_INLINE_LAMBDA {
        const V mask = V::Load(side.mask + i);
        const V mean = V::Load(sums + i) / count + V::Set(1e-30f);
        const V v = Decayed(decays[k], V::Load(moments + i), mean) * mask;
        v.Store(moments + i);
        const V root = Rsqrt(v + V::Set(1e-8f)) * mask;
        root.Store(side.inverse_roots + place + i);
        total.Add(part, v);
        squares[kAdafacMoments + k].AddSquare(part, v);
        squares[kAdafacInverseRoots + k].AddSquare(part, root);
      });
      const float mean = total.Total() / static_cast<float>(side.size);
      AdafacFactors<V>(moments, side.padded, smaller ? mean + 1e-9f : 1.0f, side.factors + place);
    }
  }
}

// Second sweep: mean squares of the features that need the factors.
template <class V>
PACELINE_LANE void AdafacFactoredSquares(const AdafacTensor& t, size_t padded,
                                         Partials<V>* squares) {
  const size_t width = t.columns.padded;
  size_t at = 0;
  for (size_t b = 0; b < t.batches; ++b) {
    const float* row_factors = t.rows.factors + b * kAdafacDecays * t.rows.padded;
    const float* column_factors = t.columns.factors + b * kAdafacDecays * width;
    for (size_t r = 0; r < t.rows.size; ++r, at += width) {
      ForLanes<V>(width, [&](size_t c, int part) PACELINE_INLINE_LAMBDA {
        const V g = V::Load(t.gradient + at + c);
#pragma GCC unroll 3
        for (size_t k = 0; k < kAdafacDecays; ++k) {
          const V factor =
              V::Set(row_factors[k * t.rows.padded + r]) * V::Load(column_factors + k * width + c);
          const V m = V::Load(t.momenta + k * padded + at + c);
          squares[kAdafacFactoredGradient + k].AddSquare(part, g * factor);
          squares[kAdafacFactoredMomenta + k].AddSquare(part, m * factor);
        }
      });
    }
  }
}

// start[h] (+ what was there) over `side`'s inputs for element i of the axis: weights [6, width].
template <class V>
PACELINE_LANE void AdafacRowStarts(const AdafacTensor& t, size_t batch, const float* weights) {
  const size_t width = t.mlp.padded_hidden;
  const size_t first = batch * kAdafacDecays * t.rows.padded;
  for (size_t r = 0; r < t.rows.size; ++r) {
    for (size_t h = 0; h < width; h += V::kLanes) {
      V sum = V::Load(t.start + h);
      for (size_t k = 0; k < kAdafacDecays; ++k) {
        const size_t place = first + k * t.rows.padded + r;
        sum = Fma(V::Set(t.rows.moments[place]),
                  V::Load(weights + (kAdafacMoments + k) * width + h), sum);
        sum = Fma(V::Set(t.rows.inverse_roots[place]),
                  V::Load(weights + (kAdafacInverseRoots + k) * width + h), sum);
      }
      sum.Store(t.row_start + r * width + h);
    }
  }
}

template <class V>
PACELINE_LANE void AdafacColumnStarts(const AdafacTensor& t, size_t batch, const float* weights) {
  const size_t width = t.mlp.padded_hidden;
  const size_t columns = t.columns.padded;
  const size_t first = batch * kAdafacDecays * columns;
  for (size_t c = 0; c < columns; c += V::kLanes) {
    for (size_t h = 0; h < t.mlp.hidden; ++h) {
      V sum = V::Set(0.0f);
      for (size_t k = 0; k < kAdafacDecays; ++k) {
        const size_t place = first + k * columns + c;
        sum = Fma(V::Load(t.columns.moments + place),
                  V::Set(weights[(kAdafacMoments + k) * width + h]), sum);
        sum = Fma(V::Load(t.columns.inverse_roots + place),
                  V::Set(weights[(kAdafacInverseRoots + k) * width + h]), sum);
      }
      sum.Store(t.column_start + h * columns + c);
    }
  }
}

// Row and column of a lane group.
struct AdafacPlace {
  size_t row = 0;
  size_t column = 0;
};

// Third sweep, over one batch.
template <class V>
struct AdafacTensorNetwork {
  const AdafacTensor& t;
  size_t padded;
  size_t batch;
  // Of the next lane group.
  mutable AdafacPlace next = {};

  template <int kGroups>
  PACELINE_LANE void Groups(size_t done) const;
};

template <class V>
template <int kGroups>
PACELINE_LANE void AdafacTensorNetwork<V>::Groups(size_t done) const {
  const size_t at = batch * t.rows.size * t.columns.padded + done;
  const size_t width = t.columns.padded;
  const float* row_factors = t.rows.factors + batch * kAdafacDecays * t.rows.padded;
  const float* column_factors = t.columns.factors + batch * kAdafacDecays * width;
  constexpr size_t kStride = size_t{kGroups} * size_t{V::kLanes};
  alignas(64) float features[kAdafacElementFeatures * kStride];
  size_t places[kGroups];
  const float* row_start[kGroups];
  const float* column_start[kGroups];
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    places[g] = at + static_cast<size_t>(g * V::kLanes);
    row_start[g] = t.row_start + next.row * t.mlp.padded_hidden;
    column_start[g] = t.column_start + next.column;
    float* own = features + g * V::kLanes;
    const AdafacElement<V> e = LoadAdafacElement<V>(t, padded, places[g]);
    e.StoreFeatures(own, kStride);
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      const V factor = V::Set(row_factors[k * t.rows.padded + next.row]) *
                       V::Load(column_factors + k * width + next.column);
      (e.gradient * factor).Store(own + (kAdafacFactoredGradient + k) * kStride);
      (e.momenta[k] * factor).Store(own + (kAdafacFactoredMomenta + k) * kStride);
    }
    next.column += V::kLanes;
    if (next.column == width) next = {next.row + 1, 0};
  }
  MlpStep<V, kGroups>(
      t.mlp, t.scaled_weights, kAdafacElementFeatures,
      [&](size_t f, int g)
          PACELINE_INLINE_LAMBDA { return V::Load(features + f * kStride + g * V::kLanes); },
      [&](size_t h, int g) PACELINE_INLINE_LAMBDA {
        return V::Set(row_start[g][h]) + V::Load(column_start[g] + h * width);
      },
      t.parameters, places);
}

// The first layer's weights times their features' normalisers.
template <class V>
PACELINE_LANE void AdafacScaleWeights(const AdafacTensor& t, const Partials<V>* element_squares,
                                      const Partials<V>* smaller_squares, size_t smaller_count,
                                      const Partials<V>* larger_squares, size_t larger_count) {
  const size_t width = t.mlp.padded_hidden;
  const auto scale = [&](size_t f, const Partials<V>& squares, size_t count)
                         PACELINE_INLINE_LAMBDA {
                           ScaleRow<V>(t.mlp.first_weights + f * width,
                                       Normalizer(squares.Total(), static_cast<float>(count)),
                                       width, t.scaled_weights + f * width);
                         };
  for (size_t f = 0; f < kAdafacElementFeatures; ++f) scale(f, element_squares[f], t.size);
  for (size_t f = 0; f < kAdafacSideFeatures; ++f) {
    scale(kAdafacElementFeatures + f, smaller_squares[f], smaller_count);
    scale(kAdafacElementFeatures + kAdafacSideFeatures + f, larger_squares[f], larger_count);
  }
}

template <class V>
PACELINE_LANE void AdafacRunNetwork(const AdafacTensor& t, size_t padded) {
  const size_t width = t.mlp.padded_hidden;
  const float* smaller = t.scaled_weights + kAdafacElementFeatures * width;
  const float* larger = smaller + kAdafacSideFeatures * width;
  const size_t matrix = t.rows.size * t.columns.padded;
  for (size_t b = 0; b < t.batches; ++b) {
    AdafacRowStarts<V>(t, b, t.columns_are_larger ? smaller : larger);
    AdafacColumnStarts<V>(t, b, t.columns_are_larger ? larger : smaller);
    ForGroups<V>(t.mlp.hidden, matrix, AdafacTensorNetwork<V>{t, padded, b});
  }
}

template <class V>
PACELINE_LANE void UpdateAdafacTensor(const AdafacTensor& t) {
  const size_t padded = t.batches * t.rows.size * t.columns.padded;
  Partials<V> element_squares[kAdafacElementFeatures];
  Partials<V> row_squares[kAdafacSideFeatures];
  Partials<V> column_squares[kAdafacSideFeatures];
  for (Partials<V>& sum : element_squares) sum.Clear();
  for (Partials<V>& sum : row_squares) sum.Clear();
  for (Partials<V>& sum : column_squares) sum.Clear();

  AdafacAccumulate(t, padded, element_squares);
  AdafacUpdateSide(t.rows, t.batches, t.columns.size, t.columns_are_larger, t.decays->factored,
                   row_squares);
  AdafacUpdateSide(t.columns, t.batches, t.rows.size, !t.columns_are_larger, t.decays->factored,
                   column_squares);
  AdafacFactoredSquares(t, padded, element_squares);
  const size_t row_count = t.batches * t.rows.size;
  const size_t column_count = t.batches * t.columns.size;
  if (t.columns_are_larger) {
    AdafacScaleWeights(t, element_squares, row_squares, row_count, column_squares, column_count);
  } else {
    AdafacScaleWeights(t, element_squares, column_squares, column_count, row_squares, row_count);
  }
  AdafacRunNetwork<V>(t, padded);
}

}  // namespace paceline
