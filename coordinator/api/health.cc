#include "coordinator/api/health.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

std::string WhyStuck(const Vitals& vitals, SteadyTime now) {
  if (!vitals.fatal.empty()) return vitals.fatal;
  if (!vitals.pulse || now - *vitals.pulse <= kLoopPatience) return "";
  const auto silent = std::chrono::duration_cast<std::chrono::seconds>(now - *vitals.pulse);
  return absl::StrCat("the coordinator's loop has been busy with one thing for ", silent.count(),
                      " s");
}

}  // namespace

std::string WhyUnhealthy(const Vitals& vitals, SteadyTime now) {
  if (vitals.stopping) return vitals.fatal;
  const std::string stuck = WhyStuck(vitals, now);
  return stuck.empty() ? vitals.waits : stuck;
}

std::string WhyNotReady(const Vitals& vitals, SteadyTime now) {
  if (vitals.stopping) return "the coordinator is stopping";
  if (!vitals.pulse) return "the coordinator is starting";
  return WhyStuck(vitals, now);
}

void HealthBoard::Beat(std::string waits, std::string fatal) {
  std::lock_guard lock(mutex_);
  vitals_.pulse = clock_.Now();
  vitals_.waits = std::move(waits);
  vitals_.fatal = std::move(fatal);
}

void HealthBoard::SayStopping() {
  std::lock_guard lock(mutex_);
  vitals_.stopping = true;
}

Vitals HealthBoard::Copy() const {
  std::lock_guard lock(mutex_);
  return vitals_;
}

std::string HealthBoard::WhyUnhealthy() const {
  return paceline::WhyUnhealthy(Copy(), clock_.Now());
}

std::string HealthBoard::WhyNotReady() const { return paceline::WhyNotReady(Copy(), clock_.Now()); }

}  // namespace paceline
