#include "tests/testing/sim/network.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace paceline {

using std::chrono::milliseconds;

void SimStream::Send(Way way, Action arrives) {
  if (broken_ || silent_) return;
  if (network_.random_.Chance(network_.faults_.reset)) {
    network_.failpoints_.Reach("network", "reset");
    return Reset();
  }
  if (network_.random_.Chance(network_.faults_.silence)) {
    network_.failpoints_.Reach("network", "half-open");
    return GoSilent();
  }
  Queue& queue = ways_[static_cast<size_t>(way)];
  SteadyTime due = network_.timeline_.now() + network_.Latency();
  if (!queue.parcels.empty()) due = std::max(due, queue.parcels.back().due);
  const uint64_t number = ++network_.last_sent_;
  auto taken = [this, number, arrives = std::move(arrives)] {
    if (number < network_.newest_delivered_) network_.failpoints_.Reach("network", "reordered");
    network_.newest_delivered_ = std::max(number, network_.newest_delivered_);
    arrives();
  };
  queue.parcels.push_back({due, std::move(taken)});
  if (std::exchange(queue.pumped, true)) return;
  network_.timeline_.At(due, [self = shared_from_this(), way] { self->Pump(way); });
}

// One at a time: whatever a message brings about comes before the next one.
void SimStream::Pump(Way way) {
  Queue& queue = ways_[static_cast<size_t>(way)];
  queue.pumped = false;
  if (queue.parcels.empty()) return;
  const SteadyTime now = network_.timeline_.now();
  const SteadyTime held = network_.HeldUntil(worker_, way);
  if (queue.parcels.front().due <= now && held <= now) {
    const Parcel parcel = std::move(queue.parcels.front());
    queue.parcels.pop_front();
    parcel.arrives();
  }
  if (queue.parcels.empty() || std::exchange(queue.pumped, true)) return;
  const SteadyTime next = std::max(queue.parcels.front().due, network_.HeldUntil(worker_, way));
  network_.timeline_.At(next, [self = shared_from_this(), way] { self->Pump(way); });
}

void SimStream::CloseAt(Way end_of) {
  ends_[static_cast<size_t>(end_of)].broken = nullptr;
  if (silent_) return;
  Reset();
}

void SimStream::Reset() {
  if (std::exchange(broken_, true)) return;
  network_.trace_.Add("reset", number_);
  for (Queue& queue : ways_) queue.parcels.clear();
  for (const Way end : {Way::kUp, Way::kDown}) TellEnd(end, network_.Latency());
}

void SimStream::GoSilent() {
  if (std::exchange(silent_, true)) return;
  network_.trace_.Add("silence", number_);
  for (Queue& queue : ways_) queue.parcels.clear();
}

void SimStream::TellEnd(Way end_of, SteadyTime::duration after) {
  const SteadyTime time =
      std::max(network_.timeline_.now() + after, network_.HeldUntil(worker_, end_of));
  network_.timeline_.At(time, [self = shared_from_this(), end_of] {
    const Action told = std::exchange(self->ends_[static_cast<size_t>(end_of)].broken, nullptr);
    if (told) told();
  });
}

std::shared_ptr<SimStream> SimNetwork::Open(int worker) {
  return std::make_shared<SimStream>(*this, ++streams_, worker);
}

SteadyTime::duration SimNetwork::Latency() {
  if (random_.Chance(faults_.delay)) {
    failpoints_.Reach("network", "delay");
    return random_.Between(milliseconds(100), milliseconds(10'000));
  }
  return std::chrono::microseconds(200 + random_.Below(5000));
}

void SimNetwork::Hold(int worker, Way way, SteadyTime until) {
  SteadyTime& held = held_[{worker, way}];
  held = std::max(held, until);
}

SteadyTime SimNetwork::HeldUntil(int worker, Way way) const {
  const auto found = held_.find({worker, way});
  const SteadyTime own = found == held_.end() ? SteadyTime{} : found->second;
  return way == Way::kUp ? std::max(own, held_up_until_) : own;
}

bool SimNetwork::IsCut(int worker) const {
  return HeldUntil(worker, Way::kUp) > timeline_.now() ||
         HeldUntil(worker, Way::kDown) > timeline_.now();
}

}  // namespace paceline
