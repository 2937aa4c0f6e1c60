// What a database and its anchor (anchor.h) say of each other when a store is opened.
//
// The anchor is written after the commit that it stands for. So a database may be ahead of it;
// where it is behind, or other than it, acknowledged changes are lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/store/anchor.h"

namespace paceline {

// A job as the database has it, its own digests being right.
struct StoredJobFacts {
  AnchoredJob job;
  bool strict = true;  // the same scalars are computed again by any workers, in the same order
  // Digest of the outer step that the anchor names as the newest; empty if there is none.
  std::string chain_at_anchor;
};

struct StoreFacts {
  uint64_t version = 0;
  std::vector<StoredJobFacts> jobs;
};

struct Reconciliation {
  // Not empty: the store is not to be opened, and why, a clause for each fault.
  std::vector<std::string> refusals;
  // What is to be told of jobs that go on with less than was acknowledged: name and sentence.
  struct Loss {
    std::string job;
    std::string text;
    bool operator==(const Loss&) const = default;
  };
  std::vector<Loss> losses;
  // What the next anchor says; the database's state, with what is owed.
  Anchor anchor;
};

// `anchor` is absent where there is none. Outer steps that are missing at the end of a strict job
// are a loss and no refusal: they are computed again, and θ must come out the same. With
// `accept_loss` nothing is refused; what is given up is in `losses` (of no job where the database
// does not have it).
Reconciliation Reconcile(const std::optional<Anchor>& anchor, const StoreFacts& facts,
                         bool accept_loss);

}  // namespace paceline
