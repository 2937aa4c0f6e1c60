#include "tests/testing/sim/post.h"

#include <utility>

namespace paceline {

void Post::Collect(FakeCluster& cluster) {
  for (const WorkerId id : cluster.ids()) {
    for (auto& answer : cluster.worker(id).Answers(cluster.coordinator())) {
      under_way_.push_back({id, std::move(answer)});
    }
  }
}

void Post::Deliver(FakeCluster& cluster) {
  if (under_way_.empty()) return;
  std::swap(under_way_[Draw(static_cast<uint32_t>(under_way_.size()))], under_way_.back());
  const Letter letter = std::move(under_way_.back());
  under_way_.pop_back();
  delivered_.push_back(letter);
  cluster.Say(letter.from, letter.answer);
}

void Post::LoseOne() {
  if (under_way_.empty()) return;
  std::swap(under_way_[Draw(static_cast<uint32_t>(under_way_.size()))], under_way_.back());
  under_way_.pop_back();
}

void Post::Repeat(FakeCluster& cluster) {
  if (delivered_.empty()) return;
  const Letter letter = delivered_[Draw(static_cast<uint32_t>(delivered_.size()))];
  cluster.Say(letter.from, letter.answer);
}

}  // namespace paceline
