// Between which values a task's meta-loss lies: what the coordinator holds workers' answers
// against.
#pragma once

#include "paceline/v1/task.pb.h"

namespace paceline {

struct MetaLossRange {
  float low = 0;
  float high = 0;  // also what a run that has diverged counts as
};

// Of a valid task that is no sample (DrawTask, common/task/sample.h). Costs as much as its network.
MetaLossRange MetaLossRangeOf(const v1::Task& task);

}  // namespace paceline
