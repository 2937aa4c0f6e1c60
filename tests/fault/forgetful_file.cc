#include "tests/fault/forgetful_file.h"

#include <algorithm>
#include <utility>

namespace paceline {

std::string_view ForgetfulFile::Read(uint64_t at, uint64_t bytes) const {
  return at < size() ? std::string_view(content_).substr(at, bytes) : std::string_view();
}

void ForgetfulFile::Write(uint64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kSectorBytes - at % kSectorBytes);
    pending_.push_back({.at = at, .bytes = std::string(part)});
    Apply(pending_.back(), content_);
    at += part.size();
    bytes.remove_prefix(part.size());
  }
}

void ForgetfulFile::Resize(uint64_t bytes) {
  pending_.push_back({.resize = true, .at = bytes, .bytes = {}});
  Apply(pending_.back(), content_);
}

void ForgetfulFile::Sync() {
  for (const Change& change : std::exchange(pending_, {})) Apply(change, durable_);
}

void ForgetfulFile::LosePower(std::mt19937_64& random, double kept) {
  std::bernoulli_distribution is_kept(kept);
  for (const Change& change : std::exchange(pending_, {})) {
    if (is_kept(random)) Apply(change, durable_);
  }
  content_ = durable_;
}

void ForgetfulFile::Apply(const Change& change, std::string& content) {
  if (change.resize) return content.resize(change.at);
  content.resize(std::max<uint64_t>(content.size(), change.at + change.bytes.size()));
  content.replace(change.at, change.bytes.size(), change.bytes);
}

}  // namespace paceline
