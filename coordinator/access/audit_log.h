// Who did what: audit.log in the data folder, and audit.log.1, .2, ... with what came before it.
//
// Each entry carries a hash of itself and of the one before, so that none can be changed, left out
// or put in between without a break that AuditVerdict finds. What was cut off the end it cannot
// find: for that, keep the newest hash elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/descriptor.h"
#include "paceline/v1/access.pb.h"

namespace paceline {

// Thread-safe; several processes may have one log.
class AuditLog {
 public:
  struct Options {
    std::string folder;
    int64_t most_bytes = 16 << 20;  // of a file; then the next one is begun
    int most_files = 16;            // beside the newest one; older ones are removed
  };

  // Makes the file, 0600, if there is none. A line that a crash has cut off is removed, and an
  // entry tells it. DataLoss if the newest entry is damaged otherwise, FailedPrecondition if others
  // can read the file. `clock` outlives the log.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(Options options, const Clock& clock);

  // Gives the entry its number, time and hash. Durable after OK. What could not be written is
  // counted, and the next entry that can be is preceded by one that tells how many are missing.
  absl::Status Append(v1::AuditEntry entry);

 private:
  AuditLog(Options options, const Clock& clock) : options_(std::move(options)), clock_(clock) {}
  std::string path() const { return options_.folder + "/audit.log"; }
  absl::Status AppendLocked(v1::AuditEntry entry);
  absl::Status OpenNewest();
  // Where the chain stands, if somebody else has written.
  absl::Status CatchUp();
  absl::Status CutTornLine(std::string_view bytes);
  absl::Status Rotate();
  absl::Status WriteLine(v1::AuditEntry& entry);
  v1::AuditEntry Own(const std::string& what) const;

  const Options options_;
  const Clock& clock_;
  std::mutex mutex_;
  Descriptor file_;         // guarded by mutex_, as these
  int64_t size_ = -1;       // of the file, as far as it is known
  int64_t number_ = 0;      // of the newest entry
  std::string hash_;        // the same
  int64_t torn_bytes_ = 0;  // cut off and not told yet
  int64_t lost_ = 0;        // entries that could not be written
};

// Calls `take` with every entry after number `after`, the oldest first, until it says false.
// NotFound if there is no log.
absl::Status ReadAudit(const std::string& folder, int64_t after,
                       const std::function<bool(const v1::AuditEntry&)>& take);

struct AuditVerdict {
  int64_t entries = 0;
  int64_t first = 0;       // number of the oldest entry that is there
  std::string hash = {};   // of the newest one
  std::string fault = {};  // what is wrong with the first broken entry, and where; empty: nothing
};
// NotFound if there is no log.
absl::StatusOr<AuditVerdict> VerifyAudit(const std::string& folder);

}  // namespace paceline
