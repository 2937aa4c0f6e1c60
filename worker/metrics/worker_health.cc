#include "worker/metrics/worker_health.h"

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

// A connection is tried several times a second, though one try may take a while; a coordinator is
// heard every second.
constexpr double kTurnPatience = 120, kHeardPatience = 10;

}  // namespace

std::string WhyUnhealthy(const WorkerVitals& vitals) {
  if (!vitals.device_trouble.empty()) {
    return absl::StrCat("the device does not answer: ", vitals.device_trouble);
  }
  if (vitals.link.draining || vitals.link.turned_ago <= kTurnPatience) return "";
  return absl::StrCat("the connection to the coordinator has been stuck for ",
                      static_cast<int64_t>(vitals.link.turned_ago), " s");
}

std::string WhyNotReady(const WorkerVitals& vitals) {
  const LinkNumbers& link = vitals.link;
  if (link.draining) return "the worker is leaving";
  if (!link.joined) {
    return absl::StrCat("the worker has not joined its coordinator",
                        link.trouble.empty() ? "" : ": ", link.trouble);
  }
  if (link.heard_ago.value_or(0) > kHeardPatience) {
    return absl::StrCat("nothing was heard of the coordinator for ",
                        static_cast<int64_t>(*link.heard_ago), " s");
  }
  return WhyUnhealthy(vitals);
}

}  // namespace paceline
