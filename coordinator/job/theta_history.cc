#include "coordinator/job/theta_history.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace paceline {

void ThetaHistory::Push(const std::string& job, int64_t step, uint64_t hash,
                        std::span<const float> theta) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_theta()->set_job(job);
  message->mutable_theta()->set_step(step);
  message->mutable_theta()->set_hash(hash);
  message->mutable_theta()->set_values(FloatsToBytes(theta));
  versions_.push_back(std::move(message));
}

void ThetaHistory::DropBefore(int64_t step) {
  while (versions_.size() > 1 && versions_.front()->theta().step() < step) versions_.pop_front();
}

absl::StatusOr<std::vector<SharedMessage>> ThetaHistory::Range(int64_t first, int64_t last) const {
  if (first > last) {
    return absl::InvalidArgumentError(
        absl::StrCat("the range of steps ", first, " to ", last, " is empty"));
  }
  if (versions_.empty()) return absl::OutOfRangeError("there is no version of θ yet");
  const int64_t oldest = versions_.front()->theta().step();
  const int64_t newest = versions_.back()->theta().step();
  if (first < oldest || last > newest) {
    return absl::OutOfRangeError(absl::StrCat("θ of steps ", oldest, " to ", newest,
                                              " is here, not of ", first, " to ", last));
  }
  return std::vector<SharedMessage>(versions_.begin() + (first - oldest),
                                    versions_.begin() + (last - oldest) + 1);
}

}  // namespace paceline
