// A tensor's gradient and parameters as the kernels want them: where they are, or gathered into
// scratch.
#pragma once

#include "common/lane/team.h"
#include "common/lopt/plan/tensor_plan.h"

namespace paceline {

// body(place in the padded arrangement, element of the tensor) for every element; padding(place)
// for the rest.
template <class Team, class Body, class Padding>
PACELINE_LANE void ForPlan(const Team& team, const TensorPlan& plan, const Body& body,
                           const Padding& padding) {
  const uint32_t width = plan.padded_columns();
  const auto one = [&](uint32_t row, uint32_t first, uint32_t column) PACELINE_INLINE_LAMBDA {
    const uint32_t place = row * width + column;
    if (column < plan.columns) {
      body(place, first + column * plan.column_stride);
    } else {
      padding(place);
    }
  };
  const auto first_of = [&](uint32_t row) PACELINE_INLINE_LAMBDA {
    return plan.BatchOffset(row / plan.rows) + row % plan.rows * plan.row_stride;
  };
  const uint32_t rows = plan.batches * plan.rows;
  if constexpr (Team::kSolo) {
    for (uint32_t row = 0; row < rows; ++row) {
      const uint32_t first = first_of(row);
      for (uint32_t column = 0; column < width; ++column) one(row, first, column);
    }
  } else {
    lane::ForEach(team, size_t{rows} * width, [&](size_t place) {
      const uint32_t row = static_cast<uint32_t>(place) / width;
      one(row, first_of(row), static_cast<uint32_t>(place) - row * width);
    });
  }
}

// Between a plan's tensor (which begins at `tensor`) and its padded arrangement. Ends without Sync.
template <class Team>
PACELINE_LANE void Gather(const Team& team, const TensorPlan& plan, const float* tensor,
                          float* padded) {
  ForPlan(
      team, plan,
      [&](uint32_t place, uint32_t element)
          PACELINE_INLINE_LAMBDA { padded[place] = tensor[element]; },
      [&](uint32_t place) PACELINE_INLINE_LAMBDA { padded[place] = 0.0f; });
}
template <class Team>
PACELINE_LANE void Scatter(const Team& team, const TensorPlan& plan, const float* padded,
                           float* tensor) {
  ForPlan(
      team, plan,
      [&](uint32_t place, uint32_t element)
          PACELINE_INLINE_LAMBDA { tensor[element] = padded[place]; },
      [](uint32_t) PACELINE_INLINE_LAMBDA {});
}

struct StagedTensor {
  const float* gradient;
  float* parameters;
};

// Buffers: room for the largest tensor that is not in place.
template <class Team>
PACELINE_LANE StagedTensor Stage(const Team& team, const TensorPlan& plan, const float* gradient,
                                 float* parameters, float* gradient_buffer,
                                 float* parameter_buffer) {
  if (plan.in_place) return {gradient + plan.offset, parameters + plan.offset};
  Gather(team, plan, gradient + plan.offset, gradient_buffer);
  Gather(team, plan, parameters + plan.offset, parameter_buffer);
  team.Sync();
  return {gradient_buffer, parameter_buffer};
}

// Writes the parameters back.
template <class Team>
PACELINE_LANE void Unstage(const Team& team, const TensorPlan& plan, const StagedTensor& staged,
                           float* parameters) {
  team.Sync();
  if (plan.in_place) return;
  Scatter(team, plan, staged.parameters, parameters + plan.offset);
  team.Sync();
}

}  // namespace paceline
