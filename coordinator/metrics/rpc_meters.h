// How many calls there were of each method, how they ended and how long they took.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/metrics/families.h"

namespace paceline {

// "JobService/List" of "/paceline.v1.JobService/List"; "other" of a method that is none of ours or
// gRPC's own, so that nobody can make up labels.
std::string MethodLabel(std::string_view path);

// Thread-safe.
class RpcMeters {
 public:
  // By MethodLabel.
  void Begin(const std::string& method);
  // `code`: as absl::StatusCode has them. `seconds`: absent of streams, which last as long as both
  // sides like.
  void End(const std::string& method, int code, std::optional<double> seconds);
  void Tell(Families& families) const;

 private:
  struct Method {
    int64_t in_flight = 0;
    std::map<int, uint64_t> ended = {};  // by code
    Distribution seconds{SecondsBounds()};
  };

  mutable std::mutex mutex_;
  std::map<std::string, Method> methods_;  // guarded by mutex_
};

}  // namespace paceline
