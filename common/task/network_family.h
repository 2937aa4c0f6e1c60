// A family of tasks whose loss is a Network: all that there is to say of one. A family is a pair of
// files that defines one of these, and a line in families.cc.
#pragma once

#include <optional>
#include <string>

#include "common/network/network.h"
#include "common/task/data_use.h"
#include "common/task/facts.h"

namespace paceline {

// A rule that a task breaks though each of its fields is right by itself; no field: there is none.
struct TaskFault {
  std::string field = {};  // below the task's message: "width", "images.folder"
  std::string what = {};   // "is 30, no multiple of heads, which is 4; write 28 or 32"
};

struct NetworkFamily {
  // For people: "a conv_net".
  const char* article_and_name;
  // Of a valid task of this family, as all functions here.
  Network (*network)(const v1::Task& task);
  std::optional<DataUse> (*data)(const v1::Task& task);
  // "convolutions [16, 32], relu, batch 128": what is particular to this one, beside its data.
  std::string (*text)(const v1::Task& task);
  // The same task numerator/denominator times as wide; null if it has no width.
  v1::Task (*scaled)(const v1::Task& task, uint32_t numerator, uint32_t denominator) = nullptr;
  // Null if there are no rules between the fields. (Those of images are task_fault's.)
  TaskFault (*fault)(const v1::Task& task) = nullptr;
};

// Of a task that is not valid no tensors, no cost.
TaskFacts NetworkFacts(const NetworkFamily& family, const v1::Task& task);

}  // namespace paceline
