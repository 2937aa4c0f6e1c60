#include "tests/testing/sim/trace.h"

#include <functional>

#include "common/base/digest.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr size_t kFoldedBytes = 1 << 16;

void Append(std::string& bytes, uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

void SimTrace::Add(std::string_view kind, uint64_t who, uint64_t what) {
  ++events_;
  const SteadyTime now = timeline_.now();
  Append(pending_, static_cast<uint64_t>(now.time_since_epoch().count()));
  pending_.append(kind);
  Append(pending_, who);
  Append(pending_, what);
  if (pending_.size() > kFoldedBytes) digest();
  newest_.push_back({now, kind, who, what});
  if (newest_.size() > kRemembered) newest_.pop_front();
}

std::string SimTrace::digest() {
  if (!pending_.empty()) digest_ = Sha256Hex(digest_ + pending_);
  pending_.clear();
  return digest_;
}

std::string SimTrace::Tail() const {
  std::string text;
  for (const Event& event : newest_) {
    const double seconds = std::chrono::duration<double>(event.at.time_since_epoch()).count();
    text +=
        fmt::format("{:10.3f} s  {:<24} {:>4}  {:x}\n", seconds, event.kind, event.who, event.what);
  }
  return text;
}

uint64_t SimHash(std::string_view bytes) { return std::hash<std::string_view>()(bytes); }

}  // namespace paceline
