#include "worker/task/task.h"

namespace paceline {

size_t Task::parameter_count() const {
  const ParameterTensor& last = parameters().back();
  return last.offset + last.size;
}

}  // namespace paceline
