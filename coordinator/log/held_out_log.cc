#include "coordinator/log/held_out_log.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "common/base/file.h"
#include "coordinator/log/record_json.h"
#include "coordinator/log/tfevents.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

namespace fs = std::filesystem;

std::vector<Scalar> Scalars(const v1::HeldOutRecord& record) {
  std::vector<Scalar> scalars = {{"held_out/progress", record.progress()},
                                 {"held_out/place", static_cast<double>(record.place())},
                                 {"held_out/failed_runs", static_cast<double>(record.failed())}};
  for (const v1::HeldOutCase& own : record.cases()) {
    scalars.push_back({"held_out/loss/" + own.key(), own.loss()});
    scalars.push_back({"held_out/progress/" + own.key(), own.progress()});
  }
  return scalars;
}

std::set<fs::path> FilesIn(const std::string& folder) {
  std::set<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) files.insert(entry.path());
  return files;
}

// The new file's name is above those of the old ones, so that a TensorBoard at work goes on to it.
absl::Status WriteEvents(const std::string& folder, std::span<const v1::HeldOutRecord> records,
                         const Clock& clock) {
  const std::set<fs::path> old = FilesIn(folder);
  const auto seconds = [](int64_t unix_ms) { return static_cast<double>(unix_ms) / 1000; };
  auto events = EventFile::Create(folder, 1, seconds(clock.UnixMillis()));
  if (!events.ok()) return events.status();
  for (const v1::HeldOutRecord& record : records) {
    absl::Status added = events->Add(record.step(), seconds(record.unix_ms()), Scalars(record));
    if (!added.ok()) return added;
  }
  std::error_code none;
  for (const fs::path& file : old) fs::remove(file, none);
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteHeldOutLog(const std::string& job_folder,
                             std::span<const v1::HeldOutRecord> records, const Clock& clock) {
  std::string lines;
  for (const v1::HeldOutRecord& record : records) lines += HeldOutJson(record).dump() + "\n";
  absl::Status status = MakeFolder(job_folder);
  if (status.ok()) status = WriteFileAtomically(job_folder + "/held-out.jsonl", lines);
  if (status.ok()) status = WriteEvents(job_folder + "/tensorboard/held-out", records, clock);
  return status;
}

}  // namespace paceline
