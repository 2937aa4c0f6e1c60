#include "common/config/task_rules.h"

#include <span>

#include "common/config/read_message.h"
#include "common/config/schema.h"
#include "common/task/augment.h"
#include "common/task/field_fault.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

absl::StatusOr<v1::Task> Read(const MessageText& text) {
  v1::Task task;
  const std::string is_mapping = "a task is a mapping such as {quadratic: {dimension: 10}}";
  const MessageKind kind = {
      .noun = "task", .if_empty = is_mapping, .if_no_mapping = is_mapping, .rules = [&] {
        std::vector<RuleFault> faults;
        CheckTaskRules(task, "", faults);
        return faults;
      }};
  const auto faults = ReadMessage(text, kind, task);
  if (!faults.empty()) return ToStatus(faults);
  return task;
}

}  // namespace

void CheckTaskRules(const v1::Task& task, const std::string& path, std::vector<RuleFault>& faults) {
  if (!FieldFault(task).empty()) return;
  for (const TaskFault& fault : AugmentationFaults(task)) {
    const std::string field = JoinPath(path, fault.field);
    faults.push_back({field, field + " " + fault.what, {field}});
  }
  const TaskFault fault = FaultOf(task);
  if (fault.field.empty()) return;
  const std::string field = JoinPath(JoinPath(path, KindOf(task)), fault.field);
  faults.push_back({field, field + " " + fault.what, {field}});
}

absl::StatusOr<v1::Task> ParseTask(std::string_view yaml, std::string_view name) {
  return Read({yaml, name});
}

absl::StatusOr<v1::Task> WithValue(const v1::Task& task, const std::string& field,
                                   const std::string& value) {
  const std::string yaml = PrintMessage(task);
  const std::string assignment = field + "=" + value;
  return Read({yaml, "task", std::span(&assignment, 1)});
}

}  // namespace paceline
