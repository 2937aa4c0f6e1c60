#include "worker/eval/time_left.h"

#include <fmt/format.h>

#include <cmath>

namespace paceline {
namespace {

constexpr std::chrono::seconds kEvery(5);

}  // namespace

std::string DurationText(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

std::string ProgressText(const std::string& name, const PlanProgress& progress, double computed,
                         double seconds) {
  const double left = progress.work_known - progress.work_done;
  const double part = progress.work_known > 0 ? progress.work_done / progress.work_known : 1;
  std::string text = fmt::format("{}: {} of {} units ({:.0f} % of the work)", name,
                                 progress.units_done, progress.units_known, 100 * part);
  if (computed > 0) text += fmt::format(", {} left", DurationText(seconds * left / computed));
  return text;
}

void TimeLeft::Say(const PlanProgress& progress, double computed) {
  const Clock::time_point now = Clock::now();
  if (now - said_ < kEvery) return;
  said_ = now;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  out_ << ProgressText(name_, progress, computed, seconds) << std::endl;
}

}  // namespace paceline
