#include <algorithm>

#include "coordinator/evaluate/evaluation_run.h"

namespace paceline {

void EvaluationRun::Replay(std::chrono::milliseconds patience) {
  if (!outcomes_) return;
  const SteadyTime end = clock_.Now() + patience;
  while (failure_.ok() && clock_.Now() <= end) {
    std::optional<PlannedUnit> planned = plan_->Next();
    if (!planned) return;
    if (Find(*planned)) continue;
    const uint64_t id = planned->id;
    open_[id].planned = *std::move(planned);
    Wait(id, false);
  }
}

bool EvaluationRun::Find(const PlannedUnit& planned) {
  const auto kept = outcomes_->Find(planned.unit);
  if (!kept.ok()) failure_.Update(kept.status());
  if (!kept.ok() || !*kept) return false;
  Put(planned, **kept);
  return true;
}

void EvaluationRun::Wait(uint64_t unit, bool first) {
  const auto found = open_.find(unit);
  if (found == open_.end() || found->second.waits || found->second.askings > 0) return;
  found->second.waits = true;
  first ? waiting_.push_front(unit) : waiting_.push_back(unit);
}

void EvaluationRun::Forget(uint64_t attempt) {
  const uint64_t unit = askings_.at(attempt).unit;
  if (const auto found = open_.find(unit); found != open_.end()) --found->second.askings;
  Wait(unit, true);
}

bool EvaluationRun::Serve(WorkerId worker, std::vector<Outgoing>& out) {
  const auto found = helpers_.find(worker);
  if (found == helpers_.end() || done() || !failure_.ok()) return false;
  Helper& helper = found->second;
  if (!Suits(helper)) return false;
  if (!helper.announced) Announce(worker, helper, out);
  if (!helper.ready) return false;
  std::optional<uint64_t> unit = NextFor(worker);
  if (!unit) unit = LateFor(worker);
  if (unit) Ask(worker, helper, *unit, out);
  return unit.has_value();
}

// A unit goes back to a worker on which it failed only if there is no other.
std::optional<uint64_t> EvaluationRun::NextFor(WorkerId id) {
  const auto others =
      std::ranges::count_if(helpers_, [&](const auto& entry) { return Suits(entry.second); }) - 1;
  for (size_t i = 0; i < waiting_.size();) {
    Open& open = open_.at(waiting_[i]);
    const bool elsewhere = static_cast<int64_t>(open.failed_on.size()) <= others;
    if (open.failed_on.contains(id) && elsewhere) {
      ++i;
      continue;
    }
    const uint64_t unit = waiting_[i];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    open.waits = false;
    const PlannedUnit planned = open.planned;
    if (!Find(planned)) return failure_.ok() ? std::optional(unit) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<uint64_t> EvaluationRun::LateFor(WorkerId id) const {
  if (!waiting_.empty()) return std::nullopt;
  const SteadyTime since = clock_.Now() - kLate - 3 * longest_;
  for (const auto& [holder, helper] : helpers_) {
    for (const uint64_t attempt : helper.owed) {
      const Asking& asking = askings_.at(attempt);
      const auto open = open_.find(asking.unit);
      if (holder == id || open == open_.end() || open->second.askings > 1) continue;
      if (asking.at < since) return asking.unit;
    }
  }
  return std::nullopt;
}

void EvaluationRun::Announce(WorkerId id, Helper& helper, std::vector<Outgoing>& out) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_evaluation()->set_evaluation(options_.name);
  for (const v1::EvaluationCase& made : plan_->cases()) {
    *message->mutable_evaluation()->add_tasks() = made.task();
  }
  helper.announced = true;
  out.push_back({id, std::move(message)});
}

void EvaluationRun::Ask(WorkerId id, Helper& helper, uint64_t unit, std::vector<Outgoing>& out) {
  Open& open = open_.at(unit);
  ++open.askings;
  const v1::EvaluationUnit& asked = open.planned.unit;
  const std::string& theta = asked.trained().theta_digest();
  if (asked.has_trained() && helper.thetas.insert(theta).second) {
    out.push_back({id, thetas_.at(theta)});
  }
  const uint64_t attempt = (*options_.next_attempt)++;
  askings_[attempt] = {.unit = unit, .worker = id, .at = clock_.Now()};
  helper.owed.insert(attempt);
  pace_.Start(clock_.Now());
  auto message = std::make_shared<v1::CoordinatorMessage>();
  v1::EvaluationWork& work = *message->mutable_unit();
  work.set_evaluation(options_.name);
  work.set_unit_id(unit);
  work.set_attempt(attempt);
  work.set_traceparent(options_.traceparent);
  *work.mutable_unit() = asked;
  out.push_back({id, std::move(message)});
}

}  // namespace paceline
