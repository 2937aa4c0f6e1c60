#include "coordinator/cli/doctor/cluster_checks.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <set>

#include "common/base/protocol.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

constexpr int64_t kSomeSkewMs = 2'000, kBadSkewMs = 60'000;

}  // namespace

Finding CheckCoordinator(const std::string& coordinator, const absl::Status& answered,
                         bool chosen) {
  Finding finding{.subject = "coordinator"};
  if (answered.ok()) {
    finding.what = fmt::format("answers at {}", coordinator);
    return finding;
  }
  finding.verdict = chosen ? Verdict::kBad : Verdict::kWarn;
  finding.what = std::string(answered.message());
  finding.to_do = chosen
                      ? "see docs/security.md, \"What a failure reads\"; the coordinator's log has "
                        "its side of it"
                      : "say where it is with --coordinator or PACELINE_COORDINATOR";
  return finding;
}

Finding CheckWorkers(const v1::ListWorkersReply& workers, const std::string& own) {
  std::set<std::string> versions;
  for (const v1::WorkerSummary& worker : workers.workers()) {
    if (!worker.version().empty()) versions.insert(worker.version());
  }
  Finding finding{.subject = "workers",
                  .what = fmt::format("{} connected", workers.workers_size())};
  if (workers.workers_size() == 0) {
    finding.verdict = Verdict::kWarn;
    finding.to_do = "start some: paceline-worker --coordinator HOST:PORT";
  } else if (versions.size() > 1) {
    finding.verdict = Verdict::kWarn;
    finding.what += fmt::format(" of different builds: {}", fmt::join(versions, ", "));
    finding.to_do = fmt::format(
        "bring them to one build, such as {}: a job takes only workers whose "
        "engines are alike",
        own);
  }
  return finding;
}

std::optional<int64_t> TimeOfHttpAnswer(const std::string& answer) {
  constexpr std::string_view kHeader = "\r\nDate: ";
  const size_t at = answer.find(kHeader);
  if (at == std::string::npos) return std::nullopt;
  std::tm parts{};
  const std::string text = answer.substr(at + kHeader.size(), 29);
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return int64_t{timegm(&parts)} * 1000;
}

Finding CheckClock(std::optional<int64_t> theirs_ms, int64_t ours_ms) {
  Finding finding{.subject = "clock"};
  if (!theirs_ms) {
    finding.what = "not compared: give --http, where the coordinator answers probes";
    return finding;
  }
  const int64_t skew_ms = ours_ms - *theirs_ms;
  finding.what = std::abs(skew_ms) < kSomeSkewMs
                     ? "agrees with the coordinator's"
                     : fmt::format("is {} s {} the coordinator's", std::abs(skew_ms) / 1000,
                                   skew_ms > 0 ? "ahead of" : "behind");
  if (std::abs(skew_ms) < kSomeSkewMs) return finding;
  finding.verdict = std::abs(skew_ms) < kBadSkewMs ? Verdict::kWarn : Verdict::kBad;
  finding.to_do = "let both machines keep time by NTP: certificates begin and end by the clock";
  return finding;
}

Finding CheckStore(const std::string& folder, const absl::StatusOr<std::optional<int>>& format) {
  Finding finding{.subject = "store"};
  if (!format.ok()) {
    finding.verdict = Verdict::kBad;
    finding.what = std::string(format.status().message());
    finding.to_do = "see docs/guarantees.md, and look for a backup of the whole folder";
  } else if (!*format) {
    finding.what = fmt::format("none in {} yet", folder);
  } else if (**format > kStoreFormat) {
    finding.verdict = Verdict::kBad;
    finding.what = fmt::format("format {} in {}, and this build knows {} at most", **format, folder,
                               kStoreFormat);
    finding.to_do = "use the newer programs that wrote it";
  } else if (**format < kStoreFormat) {
    finding.verdict = Verdict::kWarn;
    finding.what = fmt::format("format {} in {}", **format, folder);
    finding.to_do = fmt::format(
        "back the folder up: the coordinator brings it to format {} when it "
        "starts",
        kStoreFormat);
  } else {
    finding.what = fmt::format("format {} in {}", **format, folder);
  }
  return finding;
}

absl::StatusOr<std::optional<int>> StoreFormatIn(const std::string& folder) {
  // The database's header (https://www.sqlite.org/fileformat.html, 1.3): its name, and at byte 60
  // the format, big-endian. Opening it would take its locks.
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr size_t kFormatAt = 60, kHeader = 100;
  const std::string path = folder + "/coordinator.db";
  std::string header(kHeader, '\0');
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr && errno == ENOENT) return std::nullopt;
  if (file == nullptr) return absl::ErrnoToStatus(errno, "cannot open " + path);
  const size_t got = std::fread(header.data(), 1, kHeader, file);
  std::fclose(file);
  if (got < kHeader || !header.starts_with(kMagic)) {
    return absl::DataLossError(path + " is no database");
  }
  int format = 0;
  for (size_t i = 0; i < 4; ++i) format = format << 8 | static_cast<uint8_t>(header[kFormatAt + i]);
  return format;
}

}  // namespace paceline
