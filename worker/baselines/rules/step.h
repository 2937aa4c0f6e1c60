// What the text of a rule is given of one update, as plain data.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/lane/double.h"

namespace paceline {

inline constexpr uint32_t kMaxRuleAxes = 8;

// One parameter tensor.
struct RuleTensor {
  size_t offset = 0, size = 0;  // in the flat vector
  size_t state = 0;             // where the rule's state of it begins
  uint32_t rank = 0;
  uint32_t shape[kMaxRuleAxes] = {};
  // As a matrix of the rule's own choice, in `batches` layers; rows 0: not as one. Element (b, r,
  // c) is number b·rows·columns + r·columns + c once arranged; strides[axis] is what a step along
  // an axis adds to that number. `in_place`: so it lies already.
  uint32_t batches = 1, rows = 0, columns = 0;
  uint32_t strides[kMaxRuleAxes] = {};
  bool in_place = true;
};

template <class Number>
struct RuleStep {
  int64_t update = 0;  // updates done before this one
  double rate = 0;     // by the schedule
  // [parameter], flat
  const Number* gradient = nullptr;
  Number* parameters = nullptr;
  Number* state = nullptr;
  Number* scratch = nullptr;
  size_t count = 0;  // of parameters
  const RuleTensor* tensors = nullptr;
  size_t tensor_count = 0;
};

// What every rule's plan has beside its hyperparameters.
struct RuleSizes {
  size_t state = 0, scratch = 0;  // numbers
  double start = 0;               // what the whole state is at first
};

}  // namespace paceline
