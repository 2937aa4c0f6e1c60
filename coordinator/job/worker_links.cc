#include "coordinator/job/worker_links.h"

#include <utility>

namespace paceline {

void WorkerLinks::Add(WorkerId worker, std::shared_ptr<WorkerLink> link) {
  lines_[worker].link = std::move(link);
}

std::shared_ptr<WorkerLink> WorkerLinks::Remove(WorkerId worker) {
  auto line = lines_.extract(worker);
  return line.empty() ? nullptr : std::move(line.mapped().link);
}

void WorkerLinks::Send(const std::vector<Outgoing>& messages) const {
  for (const Outgoing& outgoing : messages) {
    const auto line = lines_.find(outgoing.to);
    if (line != lines_.end()) line->second.link->Send(outgoing.message);
  }
}

void WorkerLinks::SendHeartbeats() {
  if (clock_.Now() - heartbeat_sent_ < kHeartbeatInterval) return;
  heartbeat_sent_ = clock_.Now();
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_heartbeat();
  for (auto& [id, line] : lines_) line.link->Send(message);
}

bool WorkerLinks::TakeUseless(WorkerId worker) {
  const auto line = lines_.find(worker);
  return line == lines_.end() || line->second.useless.Take(clock_.Now());
}

void WorkerLinks::AddInnerSteps(WorkerId worker, uint64_t steps) {
  const auto line = lines_.find(worker);
  if (line != lines_.end()) line->second.inner_steps += steps;
}

void WorkerLinks::EndStep(double seconds) {
  for (auto& [id, line] : lines_) {
    const auto steps = static_cast<double>(std::exchange(line.inner_steps, 0));
    line.inner_steps_per_second = seconds > 0 ? steps / seconds : 0;
  }
}

double WorkerLinks::inner_steps_per_second(WorkerId worker) const {
  return lines_.at(worker).inner_steps_per_second;
}

}  // namespace paceline
