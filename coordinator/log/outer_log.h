// The outer-loss log of one job, in its folder and on the coordinator's own log:
//   log.jsonl                one JSON object per outer step (record_json.h), in order
//   tensorboard/events...    the same numbers as TensorBoard scalars
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "coordinator/log/append_file.h"
#include "coordinator/log/tfevents.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Not thread-safe.
class OuterLog {
 public:
  // Makes the folder if need be. What log.jsonl says of steps after `last_committed_step`, a torn
  // line and all that follows one are cut off; TensorBoard is told to forget those steps by the
  // start of a new event file, at `clock`'s time. Of a long log only the last `scanned_bytes` are
  // looked at, as long as there is a line in them that stays.
  static absl::StatusOr<std::unique_ptr<OuterLog>> Open(const std::string& folder,
                                                        const std::string& job,
                                                        int64_t last_committed_step,
                                                        const Clock& clock,
                                                        int64_t scanned_bytes = 16 << 20);

  // The step of the newest record that is in the log; 0: none. It is less than last_committed_step
  // if the machine lost what was written last: append the stored records from last_step() + 1 on.
  int64_t last_step() const { return last_step_; }
  // A record of a step that is in the log already changes nothing, so a replay needs no care.
  absl::Status Append(const v1::OuterStepRecord& record);
  // What was appended outlives a loss of power.
  absl::Status Sync();

 private:
  OuterLog(std::string job, int64_t last_step, AppendFile lines, EventFile events)
      : job_(std::move(job)),
        last_step_(last_step),
        lines_(std::move(lines)),
        events_(std::move(events)) {}

  std::string job_;
  int64_t last_step_;
  AppendFile lines_;
  EventFile events_;
};

}  // namespace paceline
