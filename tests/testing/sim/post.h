// The way of answers to the coordinator, as bad as a network can make it: a queue from which a seed
// decides what comes next. Any answer may be as late as it likes, overtake any other, and come
// again.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tests/testing/sim/fake_cluster.h"

namespace paceline {

class Post {
 public:
  explicit Post(uint32_t seed) : random_(seed) {}

  // Below `bound`: for other decisions that the seed is to make.
  uint32_t Draw(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  // Takes what the cluster's workers have to say.
  void Collect(FakeCluster& cluster);
  // Hands some answer over; nothing if there is none.
  void Deliver(FakeCluster& cluster);
  // Hands an answer over that was delivered before, perhaps to another life of the coordinator, in
  // the name of whoever has its sender's number now.
  void Repeat(FakeCluster& cluster);
  // Loses some answer, though its sender stays.
  void LoseOne();
  // Loses all that is under way.
  void Lose() { under_way_.clear(); }

 private:
  struct Letter {
    WorkerId from{};
    v1::WindowResult answer;
  };

  std::mt19937 random_;
  std::vector<Letter> under_way_;
  std::vector<Letter> delivered_;
};

}  // namespace paceline
