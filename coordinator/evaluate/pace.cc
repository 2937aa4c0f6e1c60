#include "coordinator/evaluate/pace.h"

#include <algorithm>

namespace paceline {

void Pace::Start(SteadyTime now) {
  if (began_ == SteadyTime{}) began_ = now;
}

void Pace::Add(SteadyTime now, double work) {
  Start(now);
  come_.push_back({now, work});
  work_ += work;
  while (now - come_.front().at > kWindow) {
    began_ = come_.front().at;
    work_ -= come_.front().work;
    come_.pop_front();
  }
}

double Pace::Seconds(SteadyTime now) const {
  return std::max(std::chrono::duration<double>(now - began_).count(), 1e-3);
}

double Pace::units_per_second(SteadyTime now) const {
  return static_cast<double>(come_.size()) / Seconds(now);
}

double Pace::work_per_second(SteadyTime now) const {
  return come_.empty() ? 0 : work_ / Seconds(now);
}

}  // namespace paceline
