#include "worker/baselines/rules/request.h"

#include <algorithm>

namespace paceline {

size_t RuleRequest::count() const {
  size_t count = 0;
  for (const ParameterTensor& tensor : tensors) count += tensor.size;
  return count;
}

size_t RuleRequest::largest_tensor() const {
  size_t largest = 0;
  for (const ParameterTensor& tensor : tensors) largest = std::max(largest, tensor.size);
  return largest;
}

std::vector<RuleTensor> PlainTensors(const RuleRequest& request) {
  std::vector<RuleTensor> plain;
  for (const ParameterTensor& tensor : request.tensors) {
    RuleTensor own = {.offset = tensor.offset,
                      .size = tensor.size,
                      .rank = static_cast<uint32_t>(tensor.shape.size())};
    for (uint32_t axis = 0; axis < own.rank; ++axis) {
      own.shape[axis] = static_cast<uint32_t>(tensor.shape[axis]);
    }
    plain.push_back(own);
  }
  return plain;
}

void TakeAsMatrix(RuleTensor& tensor) {
  tensor.columns = tensor.shape[tensor.rank - 1];
  tensor.rows = static_cast<uint32_t>(tensor.size / tensor.columns);
}

}  // namespace paceline
