#include "coordinator/job/disk_room.h"

#include "absl/strings/str_cat.h"

namespace paceline {

bool DiskRoom::Refused(const absl::Status& status, SteadyTime now) {
  if (!absl::IsResourceExhausted(status)) return false;
  if (!waits()) since_ = now;
  message_ = absl::StrCat("waits for room on the disk: ", status.message());
  next_try_ = now + kRetryInterval;
  return true;
}

std::optional<std::chrono::milliseconds> DiskRoom::Granted(SteadyTime now) {
  if (!waits()) return std::nullopt;
  message_.clear();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - since_);
}

}  // namespace paceline
