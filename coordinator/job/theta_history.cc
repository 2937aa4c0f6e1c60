#include "coordinator/job/theta_history.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

uint64_t BytesOf(const SharedMessage& message) { return message->theta().values().size(); }

}  // namespace

absl::StatusOr<v1::Theta> ThetaRange::At(int64_t index) const {
  const int64_t step = first_ + index;
  for (const auto& segment : segments_) {
    if (step >= segment->first() && step < segment->end()) return segment->Read(job_, step);
  }
  return InMemory(index)->theta();
}

SharedMessage ThetaRange::InMemory(int64_t index) const {
  if (newest_.empty()) return nullptr;
  const int64_t place = first_ + index - newest_.front()->theta().step();
  return place < 0 ? nullptr : newest_[static_cast<size_t>(place)];
}

int64_t ThetaHistory::Adopt(const std::string& job, int64_t oldest, int64_t newest,
                            uint64_t theta_bytes) {
  std::map<int64_t, std::shared_ptr<ThetaSegment>> found;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(options_.folder, none)) {
    auto segment = ThetaSegment::Adopt(file.path(), job, options_.identity, theta_bytes);
    if (!segment) continue;
    auto& longest = found[segment->first()];
    if (!longest || longest->end() < segment->end()) longest = std::move(segment);
  }
  int64_t next = oldest;
  for (auto& [first, segment] : found) {
    segment->Cut(newest);
    if (first > next || segment->end() <= next) continue;
    next = segment->end();
    segments_.push_back(std::move(segment));
  }
  oldest_ = oldest;
  for (const auto& file : std::filesystem::directory_iterator(options_.folder, none)) {
    const bool kept = std::ranges::any_of(
        segments_, [&](const auto& segment) { return segment->path() == file.path(); });
    if (!kept) std::filesystem::remove(file.path(), none);
  }
  return next;
}

void ThetaHistory::Push(const std::string& job, int64_t step, uint64_t hash,
                        std::span<const float> theta) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_theta()->set_job(job);
  message->mutable_theta()->set_step(step);
  message->mutable_theta()->set_hash(hash);
  message->mutable_theta()->set_values(FloatsToBytes(theta));
  if (versions_.empty() && segments_.empty()) oldest_ = step;
  versions_.push_back(std::move(message));
  memory_bytes_ += BytesOf(versions_.back());
  absl::Status status;
  while (status.ok() && !options_.folder.empty() && versions_.size() > 1 &&
         memory_bytes_ > options_.memory_bytes) {
    status = Spill();
  }
  if (!status.ok() && !std::exchange(told_, true)) {
    spdlog::warn("job {}: old versions of θ stay in memory: {}", job,
                 std::string(status.message()));
  }
}

absl::Status ThetaHistory::Spill() {
  const v1::Theta& theta = versions_.front()->theta();
  if (segments_.empty() || segments_.back()->bytes() >= options_.segment_bytes) {
    auto segment = ThetaSegment::Create(options_.folder, options_.identity, theta.step(),
                                        theta.values().size());
    if (!segment.ok()) return segment.status();
    segments_.push_back(*std::move(segment));
  }
  absl::Status status = segments_.back()->Append(theta);
  if (!status.ok()) return status;
  memory_bytes_ -= BytesOf(versions_.front());
  versions_.pop_front();
  return status;
}

void ThetaHistory::DropBefore(int64_t step) {
  while (!segments_.empty() && segments_.front()->end() <= step) {
    segments_.front()->RemoveFile();
    segments_.pop_front();
  }
  while (segments_.empty() && versions_.size() > 1 && versions_.front()->theta().step() < step) {
    memory_bytes_ -= BytesOf(versions_.front());
    versions_.pop_front();
  }
  if (!versions_.empty()) {
    oldest_ = std::max(oldest_, std::min(step, versions_.back()->theta().step()));
  }
}

absl::StatusOr<ThetaRange> ThetaHistory::Range(int64_t first, int64_t last) const {
  if (first > last) {
    return absl::InvalidArgumentError(
        absl::StrCat("the range of steps ", first, " to ", last, " is empty"));
  }
  if (versions_.empty()) return absl::OutOfRangeError("there is no version of θ yet");
  const int64_t newest = versions_.back()->theta().step();
  if (first < oldest_ || last > newest) {
    return absl::OutOfRangeError(absl::StrCat("θ of steps ", oldest_, " to ", newest,
                                              " is here, not of ", first, " to ", last));
  }
  ThetaRange range;
  range.job_ = versions_.back()->theta().job();
  range.first_ = first;
  range.last_ = last;
  range.theta_bytes_ = BytesOf(versions_.back());
  for (const auto& segment : segments_) {
    if (segment->end() > first && segment->first() <= last) range.segments_.push_back(segment);
  }
  const int64_t in_memory = versions_.front()->theta().step();
  for (int64_t step = std::max(first, in_memory); step <= last; ++step) {
    range.newest_.push_back(versions_[static_cast<size_t>(step - in_memory)]);
  }
  return range;
}

uint64_t ThetaHistory::bytes_on_disk() const {
  uint64_t bytes = 0;
  for (const auto& segment : segments_) bytes += segment->bytes();
  return bytes;
}

}  // namespace paceline
