#include "coordinator/roster/protocol_window.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

std::string Text(const ProtocolWindow& window) {
  if (window.oldest == window.newest) return absl::StrCat("protocol ", window.newest);
  return absl::StrCat("protocols ", window.oldest, " to ", window.newest);
}

}  // namespace

absl::StatusOr<uint32_t> AgreeOnProtocol(const v1::Hello& hello, const ProtocolWindow& own) {
  // A worker that names no oldest one speaks one only.
  const ProtocolWindow theirs{
      .oldest = hello.oldest_protocol() > 0 ? hello.oldest_protocol() : hello.protocol(),
      .newest = hello.protocol()};
  if (theirs.oldest > theirs.newest) {
    return absl::InvalidArgumentError(absl::StrCat("a worker's oldest protocol, ", theirs.oldest,
                                                   ", is newer than its newest, ", theirs.newest));
  }
  const bool worker_is_older = theirs.newest < own.oldest;
  if (worker_is_older || theirs.oldest > own.newest) {
    return absl::FailedPreconditionError(
        absl::StrCat("the worker speaks ", Text(theirs), ", this coordinator ", Text(own),
                     "; update the ", worker_is_older ? "worker" : "coordinator"));
  }
  return std::min(theirs.newest, own.newest);
}

}  // namespace paceline
