#include "coordinator/log/outer_log.h"

#include <fstream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/file.h"
#include "common/text/answer_ages.h"
#include "coordinator/log/record_json.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// How much of a log may stay, and the step of the last record in it.
struct Kept {
  int64_t bytes = 0;
  int64_t last_step = 0;
};

// `log` begins at a line, so many bytes behind the file's begin.
Kept KeepUpTo(int64_t last_committed_step, std::string_view log, int64_t offset) {
  Kept kept{.bytes = offset, .last_step = 0};
  while (true) {
    const size_t begin = static_cast<size_t>(kept.bytes - offset);
    const size_t end = log.find('\n', begin);
    if (end == std::string_view::npos) return kept;
    const std::optional<int64_t> step = StepOfRecordLine(log.substr(begin, end - begin));
    if (!step || *step <= kept.last_step || *step > last_committed_step) return kept;
    kept = {.bytes = offset + static_cast<int64_t>(end) + 1, .last_step = *step};
  }
}

// The lines of the file's last so many bytes, and where they begin; nothing if the file is no
// longer.
std::optional<std::pair<std::string, int64_t>> LastLines(const std::string& path, int64_t bytes) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const int64_t size = file.tellg();
  if (!file || size <= bytes) return std::nullopt;
  std::string tail(static_cast<size_t>(bytes), '\0');
  file.seekg(size - bytes);
  if (!file.read(tail.data(), bytes)) return std::nullopt;
  const size_t line = tail.find('\n');
  if (line == std::string::npos) return std::nullopt;
  return std::pair(tail.substr(line + 1), size - bytes + static_cast<int64_t>(line) + 1);
}

absl::StatusOr<Kept> KeepUpToInFile(int64_t last_committed_step, const std::string& path,
                                    int64_t scanned_bytes) {
  if (const auto tail = LastLines(path, scanned_bytes)) {
    const Kept kept = KeepUpTo(last_committed_step, tail->first, tail->second);
    if (kept.last_step > 0) return kept;
  }
  const absl::StatusOr<std::string> log = ReadFile(path);
  if (absl::IsNotFound(log.status())) return Kept{};
  if (!log.ok()) return log.status();
  return KeepUpTo(last_committed_step, *log, 0);
}

double Seconds(int64_t unix_ms) { return static_cast<double>(unix_ms) / 1000; }

double InnerStepsPerSecond(const v1::OuterStepRecord& record) {
  return record.seconds() > 0 ? static_cast<double>(record.inner_steps()) / record.seconds() : 0;
}

std::vector<Scalar> Scalars(const v1::OuterStepRecord& record) {
  std::vector<Scalar> scalars;
  if (record.has_mean_loss()) {
    scalars = {{"outer/mean_loss", record.mean_loss()},
               {"outer/loss_spread", record.loss_spread()}};
  }
  for (const v1::TaskLoss& loss : record.task_losses()) {
    scalars.push_back({fmt::format("outer/task_loss/{}", loss.task()), loss.mean_loss()});
  }
  const Scalar others[] = {{"outer/gradient_norm", record.gradient_norm()},
                           {"outer/update_norm", record.update_norm()},
                           {"outer/learning_rate", record.learning_rate()},
                           {"outer/diverged_particles", static_cast<double>(record.diverged())},
                           {"cluster/workers", static_cast<double>(record.workers())},
                           {"cluster/inner_steps_per_second", InnerStepsPerSecond(record)},
                           {"cluster/messages", static_cast<double>(record.messages())},
                           {"cluster/bytes", static_cast<double>(record.bytes())},
                           {"time/step_seconds", record.seconds()},
                           {"time/coordinator_seconds", record.coordinator_seconds()}};
  scalars.insert(scalars.end(), std::begin(others), std::end(others));
  if (record.has_theta_norm()) scalars.push_back({"outer/theta_norm", record.theta_norm()});
  if (record.has_gradient_variance()) {
    scalars.push_back({"outer/gradient_variance", record.gradient_variance()});
  }
  if (AnswersOf(record) > 0) {
    scalars.push_back({"cluster/answers", static_cast<double>(AnswersOf(record))});
    scalars.push_back({"cluster/answer_age", MeanAgeOf(record)});
  }
  return scalars;
}

std::string LossWords(const v1::OuterStepRecord& record) {
  if (!record.has_mean_loss()) return "no episode ended";
  return fmt::format("loss {:.5f} (spread {:.4f})", record.mean_loss(), record.loss_spread());
}

void LogLine(const std::string& job, const v1::OuterStepRecord& record) {
  const std::string ages = AnswerAgesText(record);
  spdlog::info(
      "job {}: outer step {}: {}, |gradient| {:.4g}, |update| {:.4g}, "
      "lr {:.4g}, {} diverged, {} workers, {:.0f} inner steps/s, {:.3f} s{}{}",
      job, record.step(), LossWords(record), record.gradient_norm(), record.update_norm(),
      record.learning_rate(), record.diverged(), record.workers(), InnerStepsPerSecond(record),
      record.seconds(), ages.empty() ? "" : ", ", ages);
}

}  // namespace

absl::StatusOr<std::unique_ptr<OuterLog>> OuterLog::Open(const std::string& folder,
                                                         const std::string& job,
                                                         int64_t last_committed_step,
                                                         const Clock& clock,
                                                         int64_t scanned_bytes) {
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  const std::string path = folder + "/log.jsonl";
  const absl::StatusOr<Kept> kept = KeepUpToInFile(last_committed_step, path, scanned_bytes);
  if (!kept.ok()) return kept.status();
  absl::StatusOr<AppendFile> lines = AppendFile::Open(path, kept->bytes);
  if (!lines.ok()) return lines.status();
  absl::StatusOr<EventFile> events =
      EventFile::Create(folder + "/tensorboard", kept->last_step + 1, Seconds(clock.UnixMillis()));
  if (!events.ok()) return events.status();
  return std::unique_ptr<OuterLog>(
      new OuterLog(job, kept->last_step, *std::move(lines), *std::move(events)));
}

absl::Status OuterLog::Append(const v1::OuterStepRecord& record) {
  if (record.step() <= last_step_) return absl::OkStatus();
  LogLine(job_, record);
  if (absl::Status status = lines_.Append(RecordJson(record).dump() + "\n"); !status.ok()) {
    return status;
  }
  last_step_ = record.step();
  return events_.Add(record.step(), Seconds(record.unix_ms()), Scalars(record));
}

absl::Status OuterLog::Sync() {
  absl::Status status = lines_.Sync();
  return status.ok() ? events_.Sync() : status;
}

}  // namespace paceline
