// Features from estimates h of a matrix's diagonal that come every few steps: their average ĥ,
// s = (average of h² + 1e-8)^−½, and m·s with m the momentum of decay 0.9; and of the Gauss–Newton
// matrix's ĥ the means over the element's row, its column and its tensor. Averages start at 0 and
// are divided by 1 − decay^probes. Before the first probe all are 0.
//
// The row is along the tensor's larger axis, the column along its smaller one; below rank 2 both
// are the element itself.
#pragma once

#include "common/lane/portable_math.h"
#include "common/lopt/plan/curvature_plan.h"
#include "worker/optim/inner_step.h"
#include "worker/optim/parts/element_sums.h"
#include "worker/optim/parts/network_kernel.h"
#include "worker/optim/parts/staging_kernel.h"

namespace paceline {

// Counts this step's probes. Ends with a Sync if there is curvature at all.
template <class Team>
PACELINE_LANE void CountProbes(const CurvaturePlan& plan, const InnerStep& step, float* state,
                               const Team& team) {
  if (plan.inputs == 0) return;
  lane::ForEach(team, 2, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const bool probed = (i == 0 ? step.hessian_diagonal : step.gauss_newton_diagonal) != nullptr;
    if (probed) state[plan.counts + i] = state[plan.counts + i] + 1.0f;
  });
  team.Sync();
}

// One tensor's.
class CurvatureInputs {
 public:
  // counts: of the run, for the step at hand. state: the tensor's own averages.
  PACELINE_LANE CurvatureInputs(const CurvaturePlan& plan, const TensorPlan& tensor,
                                const InnerStep& step, const float* counts, float* state,
                                float* scratch)
      : plan_(plan),
        tensor_(tensor),
        step_(step),
        counts_(counts),
        state_(state),
        scratch_(scratch),
        padded_(tensor.padded_size()) {}

  PACELINE_LANE uint32_t count() const { return plan_.inputs; }
  // [padded]
  PACELINE_LANE const float* values(uint32_t input) const {
    return scratch_ + plan_.values + size_t{input} * padded_;
  }

  // What normalises an input (network_kernel.h).
  PACELINE_LANE float Normalizer(uint32_t input) const {
    return paceline::Normalizer(scratch_[plan_.totals + input], static_cast<float>(tensor_.size));
  }

  // Moves the averages and makes the inputs, which hold until the next tensor's. momentum
  // [padded], already moved. Ends with a Sync if there are inputs.
  template <class V, class Team>
  PACELINE_LANE void Update(const float* momentum, const Team& team) const {
    if (plan_.inputs > 0) Make<V>(momentum, team);
  }

 private:
  // 1 / (1 − decay^probes); 0 before the first.
  PACELINE_LANE float Correction(int matrix) const {
    const auto probes = static_cast<unsigned long>(counts_[matrix]);
    if (probes == 0) return 0;
    return static_cast<float>(1 / (1 - PortablePower(static_cast<double>(plan_.decay), probes)));
  }

  template <class V, class Team>
  PACELINE_LANE_CALL void Make(const float* momentum, const Team& team) const {
    float* averages = state_;
    float* to = scratch_ + plan_.values;
    if (plan_.hessian) {
      MoveAverages<V>(step_.hessian_diagonal, averages, team);
      MakeGroup<V>(averages, Correction(0), momentum, to, team);
      averages += 2 * size_t{padded_};
      to += kCurvatureGroup * size_t{padded_};
    }
    if (plan_.gauss_newton) MoveAverages<V>(step_.gauss_newton_diagonal, averages, team);
    if (plan_.gauss_newton_group) {
      MakeGroup<V>(averages, Correction(1), momentum, to, team);
      to += kCurvatureGroup * size_t{padded_};
    }
    if (plan_.kronecker) MakeMeans<V>(averages, Correction(1), to, team);
    team.Sync();
    SumElements<V, kMaxCurvatureInputs>(team, padded_, scratch_ + plan_.sums,
                                        scratch_ + plan_.totals,
                                        [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
                                          PACELINE_UNROLL(9)
                                          for (uint32_t i = 0; i < kMaxCurvatureInputs; ++i) {
                                            if (i < plan_.inputs)
                                              AddSquare(squares[i], V::Load(values(i) + at));
                                          }
                                        });
  }

  // averages [2, padded] of h and h². Ends with a Sync.
  template <class V, class Team>
  PACELINE_LANE void MoveAverages(const float* estimate, float* averages, const Team& team) const {
    if (estimate == nullptr) return;
    const float* h = estimate + tensor_.offset;
    if (!tensor_.in_place) {
      float* staged = scratch_ + plan_.staged;
      Gather(team, tensor_, h, staged);
      team.Sync();
      h = staged;
    }
    const V decay = V::Set(plan_.decay), complement = V::Set(1.0f - plan_.decay);
    lane::ForEach(team, padded_ / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t at = i * V::kLanes;
      const V next = V::Load(h + at);
      float* mean = averages + at;
      float* square = mean + padded_;
      Fma(complement, next, decay * V::Load(mean)).Store(mean);
      Fma(complement, next * next, decay * V::Load(square)).Store(square);
    });
    team.Sync();
  }

  template <class V>
  PACELINE_LANE V Mask(size_t at) const {
    const uint32_t column = static_cast<uint32_t>(at) % tensor_.padded_columns();
    return MaskOf<V>(column, tensor_.columns);
  }

  // ĥ, s and m·s, to [3, padded]. Ends without Sync.
  template <class V, class Team>
  PACELINE_LANE void MakeGroup(const float* averages, float correction, const float* momentum,
                               float* to, const Team& team) const {
    const V seen = V::Set(correction == 0.0f ? 0.0f : 1.0f);
    lane::ForEach(team, padded_ / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t at = i * V::kLanes;
      const V square = V::Load(averages + padded_ + at) * V::Set(correction);
      const V inverse_root = Rsqrt(square + V::Set(1e-8f)) * Mask<V>(at) * seen;
      (V::Load(averages + at) * V::Set(correction)).Store(to + at);
      inverse_root.Store(to + padded_ + at);
      (V::Load(momentum + at) * inverse_root).Store(to + 2 * size_t{padded_} + at);
    });
  }

  // Means of ĥ over the element's row, column and tensor, to [3, padded]. Ends without Sync.
  template <class V, class Team>
  PACELINE_LANE void MakeMeans(const float* averages, float correction, float* to,
                               const Team& team) const {
    const uint32_t width = tensor_.padded_columns();
    if (tensor_.factored) {
      RowMeans<V>(averages, team);
      ColumnMeans<V>(averages, team);
    }
    SumElements<V, 1>(team, padded_, scratch_ + plan_.sums, scratch_ + plan_.mean,
                      [&](uint32_t at, V* sum)
                          PACELINE_INLINE_LAMBDA { sum[0] = sum[0] + V::Load(averages + at); });
    const float mean = scratch_[plan_.mean] / static_cast<float>(tensor_.size) * correction;
    float* along_larger = to;
    float* along_smaller = to + padded_;
    float* of_row = tensor_.columns_are_larger ? along_larger : along_smaller;
    float* of_column = tensor_.columns_are_larger ? along_smaller : along_larger;
    lane::ForEach(team, padded_ / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t at = i * V::kLanes;
      const V mask = Mask<V>(at);
      V row = V::Load(averages + at), column = row;
      if (tensor_.factored) {
        const size_t line = at / width;
        row = V::Set(scratch_[plan_.row_means + line]) * mask;
        column = V::Load(scratch_ + plan_.column_means + line / tensor_.rows * width + at % width);
      }
      (row * V::Set(correction)).Store(of_row + at);
      (column * V::Set(correction)).Store(of_column + at);
      (V::Set(mean) * mask).Store(to + 2 * size_t{padded_} + at);
    });
  }

  // Both end with a Sync.
  template <class V, class Team>
  PACELINE_LANE void RowMeans(const float* averages, const Team& team) const {
    const uint32_t width = tensor_.padded_columns();
    float* means = scratch_ + plan_.row_means;
    SumRows<V>(
        team, tensor_.batches * tensor_.rows, width, scratch_ + plan_.row_partials,
        [&](uint32_t row, uint32_t at)
            PACELINE_INLINE_LAMBDA { return V::Load(averages + size_t{row} * width + at); },
        [&](uint32_t row, float total)
            PACELINE_INLINE_LAMBDA { means[row] = total / static_cast<float>(tensor_.columns); });
  }
  template <class V, class Team>
  PACELINE_LANE void ColumnMeans(const float* averages, const Team& team) const {
    const uint32_t width = tensor_.padded_columns(), rows = tensor_.rows;
    float* means = scratch_ + plan_.column_means;
    lane::ForEach(team, tensor_.batches * (width / V::kLanes),
                  [&](size_t i) PACELINE_INLINE_LAMBDA {
                    const size_t batch = i * V::kLanes / width, column = i * V::kLanes % width;
                    const float* first = averages + batch * rows * width + column;
                    V sum = V::Set(0.0f);
                    for (uint32_t r = 0; r < rows; ++r)
                      sum = sum + V::Load(first + size_t{r} * width);
                    (sum / V::Set(static_cast<float>(rows))).Store(means + batch * width + column);
                  });
    team.Sync();
  }

  const CurvaturePlan& plan_;
  const TensorPlan& tensor_;
  const InnerStep& step_;
  const float* counts_;
  float* state_;
  float* scratch_;
  uint32_t padded_;
};

}  // namespace paceline
