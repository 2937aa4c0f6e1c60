#include "coordinator/log/record_json.h"

#include <cmath>
#include <string>

#include "nlohmann/json.hpp"

namespace paceline {

nlohmann::ordered_json NumberJson(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

namespace {

// {"2": 0.71}: by the task's place in the config.
nlohmann::ordered_json TaskLossesJson(const v1::OuterStepRecord& record) {
  nlohmann::ordered_json losses = nlohmann::ordered_json::object();
  for (const v1::TaskLoss& loss : record.task_losses()) {
    losses[std::to_string(loss.task())] = NumberJson(loss.mean_loss());
  }
  return losses;
}

}  // namespace

nlohmann::ordered_json RecordJson(const v1::OuterStepRecord& record) {
  nlohmann::ordered_json json = {
      {"step", record.step()},
      {"updates", record.updates()},
      {"mean_loss", record.has_mean_loss() ? NumberJson(record.mean_loss()) : nullptr},
      {"gradient_norm", NumberJson(record.gradient_norm())},
      {"update_norm", NumberJson(record.update_norm())},
      {"learning_rate", NumberJson(record.learning_rate())},
      {"loss_spread", record.has_loss_spread() ? NumberJson(record.loss_spread()) : nullptr},
      {"inner_steps", record.inner_steps()},
      {"diverged", record.diverged()},
      {"workers", record.workers()},
      {"seconds", NumberJson(record.seconds())},
      {"coordinator_seconds", NumberJson(record.coordinator_seconds())},
      {"messages", record.messages()},
      {"bytes", record.bytes()},
      {"unix_ms", record.unix_ms()}};
  if (record.has_theta_norm()) json["theta_norm"] = NumberJson(record.theta_norm());
  if (record.has_gradient_variance()) {
    json["gradient_variance"] = NumberJson(record.gradient_variance());
  }
  if (record.replayed_inner_steps() > 0) {
    json["replayed_inner_steps"] = record.replayed_inner_steps();
  }
  if (record.answer_ages_size() > 0) json["answer_ages"] = record.answer_ages();
  if (record.task_losses_size() > 0) json["task_losses"] = TaskLossesJson(record);
  return json;
}

nlohmann::ordered_json HeldOutJson(const v1::HeldOutRecord& record) {
  nlohmann::ordered_json cases = nlohmann::ordered_json::object();
  for (const v1::HeldOutCase& own : record.cases()) {
    cases[own.key()] = {{"loss", NumberJson(own.loss())}, {"progress", NumberJson(own.progress())}};
  }
  return {{"step", record.step()},
          {"evaluation", record.evaluation()},
          {"progress", NumberJson(record.progress())},
          {"place", record.place()},
          {"contestants", record.contestants()},
          {"runs", record.runs()},
          {"failed", record.failed()},
          {"cases", cases},
          {"unix_ms", record.unix_ms()}};
}

std::optional<int64_t> StepOfRecordLine(std::string_view line) {
  const auto record = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return std::nullopt;
  const auto step = record.find("step");
  if (step == record.end() || !step->is_number_integer()) return std::nullopt;
  return step->get<int64_t>();
}

}  // namespace paceline
