// A file on a disk that forgets: what was synced stays, of what was written later any part may.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

class ForgetfulFile {
 public:
  // What a disk writes whole or not at all.
  static constexpr uint64_t kSectorBytes = 512;

  uint64_t size() const { return content_.size(); }
  std::string_view Read(uint64_t at, uint64_t bytes) const;
  void Write(uint64_t at, std::string_view bytes);
  void Resize(uint64_t bytes);
  // All that was done so far is durable.
  void Sync();
  // Of what was done since the last Sync, each sector written and each change of length is there
  // with probability `kept`.
  void LosePower(std::mt19937_64& random, double kept);

 private:
  struct Change {
    bool resize = false;  // to `at` bytes
    uint64_t at = 0;
    std::string bytes;  // within one sector
  };
  static void Apply(const Change& change, std::string& content);

  std::string content_, durable_;
  std::vector<Change> pending_;  // from durable_ to content_
};

}  // namespace paceline
