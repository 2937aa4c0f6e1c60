// Adafactor (Shazeer, Stern, 2018), as optax has it. In update n, from 1 on, with
// d = 1 − (n − decay_offset)^(−decay_rate), formed in float32, and q = g² + ε:
//   factored  row ← d·row + (1 − d)·mean over columns of q;  column likewise over rows
//             u = g / √(row/mean(row)·column)
//   else      v ← d·v + (1 − d)·q;  u = g/√v
//   u ← u / max(1, rms(u)/threshold);  s = rate·u, and times max(rms(p), 1e-3) by parameter scale
//   m ← μ·m + (1 − μ)·s;  p ← p − m − weight_decay·p
// Factored are tensors whose two longest axes are long enough, over these two axes
// (docs/reference/baselines.md).
#pragma once

#include "common/lane/portable_math.h"
#include "worker/baselines/rules/arranged.h"
#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// State of a tensor: row [batch, row] and column [batch, column], or v [size]; with momentum, m
// [size]. Scratch: u [largest tensor], and as much again if one must be arranged.
struct AdafactorPlan {
  double decay_rate = 0, decay_offset = 0;
  double momentum = 0;
  double weight_decay = 0;
  double threshold = 0;  // 0: no clipping
  bool parameter_scale = false;
  double epsilon = 0;
  size_t arranged = 0;  // where in scratch
  RuleSizes sizes = {};
};

PACELINE_LANE float AdafactorDecay(const AdafactorPlan& plan, int64_t update) {
  const double n = static_cast<double>(update + 1) - plan.decay_offset;
  if (!(n > 1)) return 0;
  const auto exponent = static_cast<double>(static_cast<float>(plan.decay_rate));
  return 1.0f - static_cast<float>(PortableExp(-exponent * PortableLog(n)));
}

// Where one tensor's state lies.
template <class Number>
struct AdafactorState {
  Number *rows, *columns, *momentum;  // rows stands for v where nothing is factored
};

template <class Number>
PACELINE_LANE AdafactorState<Number> StateOf(const RuleTensor& tensor, Number* state) {
  Number* own = state + tensor.state;
  const size_t rows = tensor.rows > 0 ? size_t{tensor.batches} * tensor.rows : tensor.size;
  const size_t columns = tensor.rows > 0 ? size_t{tensor.batches} * tensor.columns : 0;
  return {own, own + rows, own + rows + columns};
}

// What the tensor's text needs in every loop.
template <class Number>
struct AdafactorTerms {
  Number keep, rest, epsilon;
};

// g → u of a tensor without factors.
template <class V>
PACELINE_LANE void ScaleByElements(AdafactorTerms<lane::Number<V>> terms, size_t size,
                                   const lane::Number<V>* g, lane::Number<V>* v,
                                   lane::Number<V>* u) {
  ForElements<V>(size, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i), q = Fma(own, own, W::Set(terms.epsilon));
    const W second = Fma(W::Set(terms.rest), q, W::Set(terms.keep) * W::Load(v + i));
    second.Store(v + i);
    Ratio(own, Sqrt(second)).Store(u + i);
  });
}

// One layer's row and column means move.
template <class V>
PACELINE_LANE void MoveMeans(AdafactorTerms<lane::Number<V>> terms, size_t rows, size_t columns,
                             const lane::Number<V>* g, lane::Number<V>* row,
                             lane::Number<V>* column) {
  using Number = lane::Number<V>;
  for (size_t r = 0; r < rows; ++r) {
    const Number mean = SumOfSquares<V>(columns, g + r * columns) / static_cast<Number>(columns);
    row[r] = terms.keep * row[r] + terms.rest * (mean + terms.epsilon);
  }
  const auto height = static_cast<Number>(rows);
  ForElements<V>(columns, [=]<class W>(size_t c) PACELINE_INLINE_LAMBDA {
    W sum = W::Set(0);
    for (size_t r = 0; r < rows; ++r) {
      const W own = W::Load(g + r * columns + c);
      sum = Fma(own, own, sum);
    }
    const W mean = sum / W::Set(height) + W::Set(terms.epsilon);
    Fma(W::Set(terms.rest), mean, W::Set(terms.keep) * W::Load(column + c)).Store(column + c);
  });
}

// One layer's g → u; may be the same place.
template <class V>
PACELINE_LANE void ScaleByMeans(size_t rows, size_t columns, const lane::Number<V>* g,
                                const lane::Number<V>* row, const lane::Number<V>* column,
                                lane::Number<V>* u) {
  using Number = lane::Number<V>;
  const Number total = SumOf<V>(rows, [=]<class W>(size_t r, W& sum)
                                          PACELINE_INLINE_LAMBDA { sum = sum + W::Load(row + r); });
  const Number mean = total / static_cast<Number>(rows);
  for (size_t r = 0; r < rows; ++r) {
    const Number share = Root(Ratio(lane::One<V>::Set(row[r]), lane::One<V>::Set(mean)).raw);
    const size_t first = r * columns;
    ForElements<V>(columns, [=]<class W>(size_t c) PACELINE_INLINE_LAMBDA {
      const W below = W::Set(share) * Sqrt(W::Load(column + c));
      Ratio(W::Load(g + first + c), below).Store(u + first + c);
    });
  }
}

template <class V>
PACELINE_LANE void ScaleByFactors(AdafactorTerms<lane::Number<V>> terms, const RuleTensor& tensor,
                                  const lane::Number<V>* g, AdafactorState<lane::Number<V>> state,
                                  lane::Number<V>* u) {
  const size_t rows = tensor.rows, columns = tensor.columns, layer = rows * columns;
  for (size_t b = 0; b < tensor.batches; ++b) {
    MoveMeans<V>(terms, rows, columns, g + b * layer, state.rows + b * rows,
                 state.columns + b * columns);
    ScaleByMeans<V>(rows, columns, g + b * layer, state.rows + b * rows,
                    state.columns + b * columns, u + b * layer);
  }
}

// Factor on u.
template <class V>
PACELINE_LANE lane::Number<V> StepSize(const AdafactorPlan& plan, double rate, size_t size,
                                       const lane::Number<V>* u, const lane::Number<V>* p) {
  using Number = lane::Number<V>;
  const auto rms = [size](const Number* x) PACELINE_INLINE_LAMBDA {
    return Root(SumOfSquares<V>(size, x) / static_cast<Number>(size));
  };
  auto scale = static_cast<Number>(rate);
  if (plan.threshold > 0) {
    const Number over = rms(u) / static_cast<Number>(plan.threshold);
    if (over > 1) scale = scale / over;
  }
  if (!plan.parameter_scale) return scale;
  const Number size_of_p = rms(p), least = static_cast<Number>(1e-3);
  return scale * (size_of_p > least ? size_of_p : least);
}

template <class V>
PACELINE_LANE void MoveBySteps(const AdafactorPlan& plan, size_t size, lane::Number<V> scale,
                               const lane::Number<V>* u, lane::Number<V>* m, lane::Number<V>* p) {
  using Number = lane::Number<V>;
  const auto mu = static_cast<Number>(plan.momentum), rest = static_cast<Number>(1 - plan.momentum);
  const auto decay = static_cast<Number>(plan.weight_decay);
  const bool has_momentum = plan.momentum > 0;
  ForElements<V>(size, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    W s = W::Set(scale) * W::Load(u + i);
    if (has_momentum) {
      s = Fma(W::Set(rest), s, W::Set(mu) * W::Load(m + i));
      s.Store(m + i);
    }
    const W old = W::Load(p + i);
    (Fnma(W::Set(decay), old, old) - s).Store(p + i);
  });
}

template <class V>
void Update(const AdafactorPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const float decay = AdafactorDecay(plan, step.update);
  const AdafactorTerms<Number> terms = {static_cast<Number>(decay),
                                        static_cast<Number>(1 - static_cast<Number>(decay)),
                                        static_cast<Number>(plan.epsilon)};
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const RuleTensor& tensor = step.tensors[i];
    if (tensor.size == 0) continue;
    const Number* g = step.gradient + tensor.offset;
    Number *p = step.parameters + tensor.offset, *u = step.scratch;
    const AdafactorState<Number> state = StateOf(tensor, step.state);
    if (tensor.rows == 0) {
      ScaleByElements<V>(terms, tensor.size, g, state.rows, u);
    } else if (tensor.in_place) {
      ScaleByFactors<V>(terms, tensor, g, state, u);
    } else {
      Number* arranged = step.scratch + plan.arranged;
      ForArranged(tensor,
                  [=](size_t flat, size_t at) PACELINE_INLINE_LAMBDA { arranged[at] = g[flat]; });
      ScaleByFactors<V>(terms, tensor, arranged, state, arranged);
      ForArranged(tensor,
                  [=](size_t flat, size_t at) PACELINE_INLINE_LAMBDA { u[flat] = arranged[at]; });
    }
    const Number scale = StepSize<V>(plan, step.rate, tensor.size, u, p);
    MoveBySteps<V>(plan, tensor.size, scale, u, state.momentum, p);
  }
}

}  // namespace paceline
