#include "coordinator/store/reconcile.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/text/job_state.h"

namespace paceline {
namespace {

bool GoesOn(v1::JobState state) {
  return state == v1::JOB_STATE_QUEUED || state == v1::JOB_STATE_RUNNING;
}

// What the job does next is what it did: it comes to where it was by itself.
bool ComesToTheSame(v1::JobState anchored, v1::JobState stored) {
  return anchored == stored ||
         (GoesOn(stored) && (GoesOn(anchored) || anchored == v1::JOB_STATE_SUCCEEDED));
}

std::string Steps(int64_t count) {
  return absl::StrCat(count, count == 1 ? " outer step" : " outer steps");
}

const StoredJobFacts* FindIn(const StoreFacts& facts, const std::string& job) {
  const auto found = std::ranges::find_if(
      facts.jobs, [&](const StoredJobFacts& stored) { return stored.job.name == job; });
  return found == facts.jobs.end() ? nullptr : &*found;
}

class Comparison {
 public:
  Comparison(const Anchor& anchor, const StoreFacts& facts, bool accept_loss)
      : anchor_(anchor),
        facts_(facts),
        accept_loss_(accept_loss),
        behind_(facts.version < anchor.version),
        ahead_(facts.version > anchor.version) {}

  Reconciliation Compare() {
    for (const AnchoredJob& job : anchor_.jobs) {
      if (!FindIn(facts_, job.name)) Missing(job);
    }
    for (const StoredJobFacts& stored : facts_.jobs) {
      AnchoredJob next = stored.job;
      if (const AnchoredJob* job = anchor_.Find(stored.job.name)) {
        CompareJob(*job, stored, next);
      } else if (!ahead_) {
        Fault(stored.job.name, "is one that was deleted, or never there");
      }
      result_.anchor.jobs.push_back(std::move(next));
    }
    return std::move(result_);
  }

 private:
  void Fault(const std::string& job, const std::string& what) {
    if (accept_loss_) {
      result_.losses.push_back({job, absl::StrCat("taken as it is: it ", what)});
    } else {
      result_.refusals.push_back(absl::StrCat("job ", job, " ", what));
    }
  }

  // A job may have been deleted after the anchor was written.
  void Missing(const AnchoredJob& job) {
    if (ahead_) return;
    const std::string what = absl::StrCat("with ", Steps(job.step), " is missing");
    if (accept_loss_) {
      result_.losses.push_back({"", absl::StrCat("job ", job.name, " ", what, "; given up")});
    } else {
      result_.refusals.push_back(absl::StrCat("job ", job.name, " ", what));
    }
  }

  void CompareJob(const AnchoredJob& job, const StoredJobFacts& stored, AnchoredJob& next) {
    if (job.birth != stored.job.birth) {
      if (!ahead_) Fault(job.name, "is another one of that name");
      return;
    }
    next.owed_step = job.owed_step;
    next.owed_theta_hash = job.owed_theta_hash;
    CompareState(job, stored);
    if (stored.job.step >= job.step) {
      if (stored.chain_at_anchor != job.chain) {
        Fault(job.name, absl::StrCat("has other scalars up to outer step ", job.step,
                                     " than those that were acknowledged"));
      }
      if (stored.job.step >= next.owed_step) next.owed_step = next.owed_theta_hash = 0;
      return;
    }
    CompareEnds(job, stored, next);
  }

  void CompareState(const AnchoredJob& job, const StoredJobFacts& stored) {
    if (ahead_ || job.state_digest == stored.job.state_digest) return;
    if (behind_ && ComesToTheSame(job.state, stored.job.state)) return;
    Fault(job.name, behind_ ? absl::StrCat("was ", StateWord(job.state), " and is ",
                                           StateWord(stored.job.state), " in the database")
                            : std::string("has another state than the one that was acknowledged"));
  }

  void CompareEnds(const AnchoredJob& job, const StoredJobFacts& stored, AnchoredJob& next) {
    const std::string lost =
        absl::StrCat("ends with outer step ", stored.job.step, ", and ",
                     Steps(job.step - stored.job.step), " up to ", job.step, " were acknowledged");
    if (!behind_ || !stored.strict || !ComesToTheSame(job.state, stored.job.state)) {
      return Fault(job.name, lost);
    }
    if (job.step >= next.owed_step) {
      next.owed_step = job.step;
      next.owed_theta_hash = job.theta_hash;
    }
    result_.losses.push_back(
        {job.name, absl::StrCat("the store ", lost,
                                "; they are computed again, and θ must come out the same")});
  }

  const Anchor& anchor_;
  const StoreFacts& facts_;
  const bool accept_loss_, behind_, ahead_;
  Reconciliation result_;
};

}  // namespace

Reconciliation Reconcile(const std::optional<Anchor>& anchor, const StoreFacts& facts,
                         bool accept_loss) {
  Reconciliation result;
  if (anchor) {
    result = Comparison(*anchor, facts, accept_loss).Compare();
    result.anchor.incarnation = anchor->incarnation;
  } else {
    for (const StoredJobFacts& stored : facts.jobs) result.anchor.jobs.push_back(stored.job);
    const bool used = facts.version > 0;
    if (used && accept_loss) result.losses.push_back({"", "taken without its anchor"});
    if (used && !accept_loss) result.refusals.push_back("its anchor is missing");
  }
  result.anchor.version = std::max(facts.version, anchor ? anchor->version : 0);
  return result;
}

}  // namespace paceline
