#include "coordinator/store/reconcile.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Chain(int64_t step) { return absl::StrCat("chain-", step); }

AnchoredJob Job(const std::string& name, int64_t step) {
  return {.name = name,
          .birth = "birth-" + name,
          .state_digest = "digest-" + name,
          .state = v1::JOB_STATE_RUNNING,
          .step = step,
          .chain = Chain(step),
          .theta_hash = 1000 + static_cast<uint64_t>(step)};
}

// The anchor: version 10, job a with 5 outer steps, job b with 2.
Anchor TheAnchor() { return {.version = 10, .incarnation = 4, .jobs = {Job("a", 5), Job("b", 2)}}; }

StoredJobFacts Stored(const AnchoredJob& job, int64_t anchored_step) {
  return {.job = job,
          .strict = true,
          .chain_at_anchor = job.step >= anchored_step ? Chain(anchored_step) : ""};
}

StoreFacts Same() {
  return {.version = 10, .jobs = {Stored(Job("a", 5), 5), Stored(Job("b", 2), 2)}};
}

struct Case {
  const char* name;
  std::function<void(StoreFacts&)> change;  // of a store that is as the anchor says
  const char* refusal;                      // a part of it; "": none
  const char* loss;                         // a part of it; "": none
};

void Shorten(StoreFacts& facts, int64_t step, uint64_t version) {
  facts.version = version;
  facts.jobs[0] = Stored(Job("a", step), 5);
}

// Changes that the anchor was not written for yet.
std::vector<Case> AheadCases() {
  return {
      {"the same", [](StoreFacts&) {}, "", ""},
      {"one step ahead", [](StoreFacts& s) { Shorten(s, 6, 11); }, "", ""},
      {"a job added after the anchor",
       [](StoreFacts& s) {
         s.version = 11;
         s.jobs.push_back(Stored(Job("c", 0), 0));
       },
       "", ""},
      {"a job deleted after the anchor",
       [](StoreFacts& s) {
         s.version = 11;
         s.jobs.pop_back();
       },
       "", ""},
      {"a job paused after the anchor",
       [](StoreFacts& s) {
         s.version = 11;
         s.jobs[0].job.state = v1::JOB_STATE_PAUSED;
         s.jobs[0].job.state_digest = "other";
       },
       "", ""},
      {"a job deleted and submitted again after the anchor",
       [](StoreFacts& s) {
         s.version = 12;
         s.jobs[0].job = Job("a", 0);
         s.jobs[0].job.birth = "other";
       },
       "", ""},
  };
}

// Where the database does not have what was acknowledged.
std::vector<Case> BehindCases() {
  return {
      {"the log's end is gone", [](StoreFacts& s) { Shorten(s, 2, 7); }, "",
       "the store ends with outer step 2, and 3 outer steps up to 5 were acknowledged"},
      {"the log's end is gone, of a job that is not strict",
       [](StoreFacts& s) {
         Shorten(s, 2, 7);
         s.jobs[0].strict = false;
       },
       "job a ends with outer step 2, and 3 outer steps up to 5 were acknowledged", ""},
      {"steps are gone, and the version is not", [](StoreFacts& s) { Shorten(s, 2, 10); },
       "job a ends with outer step 2", ""},
      {"the job had not begun in the older copy",
       [](StoreFacts& s) {
         Shorten(s, 0, 3);
         s.jobs[0].job.state = v1::JOB_STATE_QUEUED;
         s.jobs[0].job.state_digest = "other";
       },
       "", "5 outer steps up to 5 were acknowledged"},
      {"a request to cancel is gone",
       [](StoreFacts& s) {
         s.version = 9;
         s.jobs[1].job.state_digest = "other";
         s.jobs[1].job.state = v1::JOB_STATE_PAUSED;
       },
       "job b was running and is paused in the database", ""},
      {"emptied", [](StoreFacts& s) { s = {}; }, "job a with 5 outer steps is missing", ""},
      {"an older copy without job b",
       [](StoreFacts& s) {
         s.version = 8;
         s.jobs.pop_back();
       },
       "job b with 2 outer steps is missing", ""},
      {"an older copy with a job that was deleted",
       [](StoreFacts& s) {
         s.version = 8;
         s.jobs.push_back(Stored(Job("c", 0), 0));
       },
       "job c is one that was deleted", ""},
  };
}

// Where it has something else.
std::vector<Case> OtherCases() {
  return {
      {"a job is missing, and the version is not", [](StoreFacts& s) { s.jobs.pop_back(); },
       "job b with 2 outer steps is missing", ""},
      {"other scalars under the same version",
       [](StoreFacts& s) { s.jobs[0].chain_at_anchor = "other"; },
       "job a has other scalars up to outer step 5", ""},
      {"other scalars, and ahead",
       [](StoreFacts& s) {
         Shorten(s, 6, 11);
         s.jobs[0].chain_at_anchor = "other";
       },
       "job a has other scalars up to outer step 5", ""},
      {"another config", [](StoreFacts& s) { s.jobs[0].job.birth = "other"; },
       "job a is another one of that name", ""},
      {"another state under the same version",
       [](StoreFacts& s) { s.jobs[0].job.state_digest = "other"; },
       "job a has another state than the one that was acknowledged", ""},
  };
}

std::vector<Case> Cases() {
  std::vector<Case> cases = AheadCases();
  for (const auto& more : {BehindCases(), OtherCases()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

std::string LossText(const Reconciliation& found) {
  return absl::StrJoin(found.losses, "\n", [](std::string* out, const auto& loss) {
    absl::StrAppend(out, loss.job, ": ", loss.text);
  });
}

// "" stands for nothing at all.
void ExpectPart(const std::string& text, const std::string& part) {
  if (part.empty()) {
    EXPECT_EQ(text, "");
  } else {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(ReconcileTest, WhatIsMissingIsRefusedOrTold) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name);
    StoreFacts facts = Same();
    c.change(facts);
    const Reconciliation found = Reconcile(TheAnchor(), facts, false);
    const std::string refusals = absl::StrJoin(found.refusals, "\n");
    ExpectPart(refusals, c.refusal);
    if (found.refusals.empty()) ExpectPart(LossText(found), c.loss);
  }
}

TEST(ReconcileTest, WithAcceptLossNothingIsRefusedAndAllOfItIsTold) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name);
    StoreFacts facts = Same();
    c.change(facts);
    const Reconciliation found = Reconcile(TheAnchor(), facts, true);
    EXPECT_THAT(found.refusals, IsEmpty());
    EXPECT_EQ(found.losses.empty(), !*c.refusal && !*c.loss);
  }
}

TEST(ReconcileTest, TheNextAnchorIsTheStoreAndNoVersionComesTwice) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name);
    StoreFacts facts = Same();
    c.change(facts);
    const Anchor next = Reconcile(TheAnchor(), facts, true).anchor;
    EXPECT_GE(next.version, 10u);
    EXPECT_GE(next.version, facts.version);
    EXPECT_EQ(next.incarnation, 4u);
    ASSERT_EQ(next.jobs.size(), facts.jobs.size());
    for (size_t i = 0; i < next.jobs.size(); ++i) {
      EXPECT_EQ(next.jobs[i].step, facts.jobs[i].job.step);
      EXPECT_EQ(next.jobs[i].chain, facts.jobs[i].job.chain);
    }
  }
}

TEST(ReconcileTest, LostStepsAreOwedUntilTheyAreThereAgain) {
  StoreFacts facts = Same();
  Shorten(facts, 2, 7);
  Anchor anchor = Reconcile(TheAnchor(), facts, false).anchor;
  EXPECT_EQ(anchor.jobs[0].owed_step, 5);
  EXPECT_EQ(anchor.jobs[0].owed_theta_hash, 1005u);
  EXPECT_EQ(anchor.jobs[1].owed_step, 0);

  // Started again on the way, with one more step lost.
  anchor.jobs[0].step = 4;
  anchor.jobs[0].chain = Chain(4);
  anchor.version = 12;
  facts.version = 11;
  facts.jobs[0] = Stored(Job("a", 3), 4);
  anchor = Reconcile(anchor, facts, false).anchor;
  EXPECT_EQ(anchor.jobs[0].owed_step, 5);
  EXPECT_EQ(anchor.jobs[0].owed_theta_hash, 1005u);

  anchor.jobs[0].step = 3;
  facts.version = 20;
  facts.jobs[0] = Stored(Job("a", 5), 3);
  anchor = Reconcile(anchor, facts, false).anchor;
  EXPECT_EQ(anchor.jobs[0].owed_step, 0);
}

TEST(ReconcileTest, AUsedStoreWithoutAnAnchorIsRefusedAndANewOneIsNot) {
  const Reconciliation used = Reconcile(std::nullopt, Same(), false);
  EXPECT_THAT(absl::StrJoin(used.refusals, ""), HasSubstr("its anchor is missing"));
  EXPECT_THAT(Reconcile(std::nullopt, Same(), true).refusals, IsEmpty());

  StoreFacts migrated = Same();
  migrated.version = 0;
  const Reconciliation found = Reconcile(std::nullopt, migrated, false);
  EXPECT_THAT(found.refusals, IsEmpty());
  EXPECT_THAT(found.losses, IsEmpty());
  EXPECT_EQ(found.anchor.jobs.size(), 2u);
}

}  // namespace
}  // namespace paceline
