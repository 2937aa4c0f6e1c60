#include "coordinator/access/gate.h"

#include "coordinator/access/rules.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/certificates.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

// Certificates are made by the machine's clock.
class GateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto book = AccessBook::Open(folder_.path() + "/access.db", Clock::Real());
    auto audit = AuditLog::Open({.folder = folder_.path()}, Clock::Real());
    ASSERT_TRUE(book.ok() && audit.ok());
    book_ = *std::move(book);
    audit_ = *std::move(audit);
    gate_ = std::make_unique<Gate>(*book_, *audit_, clock_,
                                   CallerLimits{.calls = {.most = 5, .per_second = 1},
                                                .in_flight = 2,
                                                .refusals = {.most = 2, .per_second = 0.1}});
  }
  Caller WithRole(v1::Role role, const std::string& name = "alice") {
    v1::IssueTokenRequest request;
    request.set_name(name);
    request.set_role(role);
    request.set_lifetime_seconds(3600);
    const auto issued = book_->Issue(request, "root");
    EXPECT_TRUE(issued.ok());
    const auto caller = gate_->OfToken(issued->token());
    EXPECT_TRUE(caller.ok()) << caller.status();
    return *caller;
  }
  std::vector<v1::AuditEntry> Audited() {
    std::vector<v1::AuditEntry> entries;
    (void)ReadAudit(folder_.path(), 0, [&](const v1::AuditEntry& entry) {
      entries.push_back(entry);
      return true;
    });
    return entries;
  }

  // Real, but it can be moved on.
  class MovedClock : public FakeClock {
   public:
    int64_t UnixMillis() const override { return Clock::Real().UnixMillis() + moved_ms; }
    std::atomic<int64_t> moved_ms = 0;
  };

  TemporaryFolder folder_;
  MovedClock clock_;
  std::unique_ptr<AccessBook> book_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Gate> gate_;
  const Certificate authority_ = MakeAuthority("test authority");
};

absl::Status Fine() { return absl::OkStatus(); }

TEST_F(GateTest, ASubmitterRulesItsOwnAnAdminEverythingAViewerNothing) {
  struct Case {
    v1::Role role;
    std::string_view method;
    std::string owner;
    bool lets;
  };
  for (const Case& one : {Case{v1::ROLE_SUBMITTER, "JobService/Cancel", "alice", true},
                          Case{v1::ROLE_SUBMITTER, "JobService/Cancel", "bob", false},
                          Case{v1::ROLE_SUBMITTER, "JobService/Cancel", "", false},
                          Case{v1::ROLE_SUBMITTER, "JobService/Submit", "", true},
                          Case{v1::ROLE_SUBMITTER, "JobService/Show", "bob", true},
                          Case{v1::ROLE_ADMIN, "JobService/Cancel", "bob", true},
                          Case{v1::ROLE_VIEWER, "JobService/Show", "bob", true},
                          Case{v1::ROLE_VIEWER, "JobService/Cancel", "alice", false},
                          Case{v1::ROLE_WORKER, "WorkerService/Work", "", true},
                          Case{v1::ROLE_WORKER, "JobService/List", "", false},
                          Case{v1::ROLE_ADMIN, "JobService/NoSuchMethod", "", false}}) {
    const Caller caller = WithRole(one.role);
    const absl::Status status =
        gate_->Check(caller, {.method = one.method, .subject = "x", .owner = one.owner});
    EXPECT_EQ(status.ok(), one.lets) << one.method << " " << RoleWord(one.role) << " " << status;
    EXPECT_EQ(absl::IsPermissionDenied(status), !one.lets);
  }
}

TEST_F(GateTest, ARefusalSaysWhoWhatAndWhoMight) {
  const absl::Status status =
      gate_->Check(WithRole(v1::ROLE_VIEWER), {.method = "JobService/Submit"});
  EXPECT_EQ(status.message(),
            "alice (viewer, by token) may not ask for JobService/Submit; a submitter or an admin "
            "may");
}

TEST_F(GateTest, APrefixBindsSubmittersToTheirNames) {
  Caller caller = WithRole(v1::ROLE_SUBMITTER);
  caller.job_prefix = "a-";
  EXPECT_TRUE(gate_->Check(caller, {.method = "JobService/Submit", .subject = "a-1"}).ok());
  EXPECT_FALSE(gate_->Check(caller, {.method = "JobService/Submit", .subject = "b-1"}).ok());
  EXPECT_FALSE(
      gate_->Check(caller, {.method = "JobService/Pause", .subject = "b", .owner = "alice"}).ok());
  EXPECT_TRUE(gate_->Check(caller, {.method = "JobService/Show", .subject = "b-1"}).ok());
}

TEST_F(GateTest, ACertificateIsItsHoldersIdentityWhileItIsGood) {
  const auto pem = [&](const std::string& uri, IdentityTimes times = {}) {
    return MakeIdentity(uri, authority_, times).cert;
  };
  const std::string good = pem("spiffe://paceline/worker/w1");
  const auto caller = gate_->OfCertificate(good);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->name, "w1");
  EXPECT_EQ(caller->role, v1::ROLE_WORKER);
  EXPECT_TRUE(gate_->StillGood(*caller).ok());
  struct Case {
    std::string pem;
    const char* word;
  };
  for (const Case& bad :
       {Case{pem("spiffe://paceline/worker/w1", {.from_s = -100, .until_s = -10}), "expired"},
        Case{pem("spiffe://paceline/worker/w1", {.from_s = 600, .until_s = 900}), "not valid yet"},
        Case{pem("spiffe://paceline/coordinator/c"), "is of a coordinator"},
        Case{pem("spiffe://paceline/root/c"), "role"},
        Case{pem("spiffe://paceline/admin/local"), "nobody's"},
        Case{MakeCertificate("w1", authority_).cert, "gives no role"},
        Case{"nonsense", "no certificate"}}) {
    const auto refused = gate_->OfCertificate(bad.pem);
    EXPECT_TRUE(absl::IsUnauthenticated(refused.status())) << refused.status();
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(bad.word));
  }
  ASSERT_TRUE(book_->RevokeCertificate(caller->serial, "stolen", "root").ok());
  EXPECT_THAT(std::string(gate_->StillGood(*caller).message()), HasSubstr("stolen"));
  EXPECT_FALSE(gate_->OfCertificate(good).ok());
}

TEST_F(GateTest, WhatExpiresMeanwhileIsNoLongerGood) {
  const auto caller =
      gate_->OfCertificate(MakeIdentity("spiffe://paceline/worker/w1", authority_).cert);
  ASSERT_TRUE(caller.ok());
  clock_.moved_ms = 3'700'000;
  EXPECT_TRUE(absl::IsUnauthenticated(gate_->StillGood(*caller)));
}

TEST_F(GateTest, WhatChangesSomethingIsAuditedWithWhatCameOfIt) {
  const Caller caller = WithRole(v1::ROLE_SUBMITTER);
  const Gate::Request mine{
      .method = "JobService/Cancel", .subject = "x", .owner = "alice", .peer = "p"};
  EXPECT_TRUE(gate_->Run(caller, mine, Fine).ok());
  EXPECT_TRUE(gate_->Run(caller, {.method = "JobService/List"}, Fine).ok());
  EXPECT_FALSE(gate_->Run(caller, mine, [] { return absl::NotFoundError("no job x"); }).ok());
  bool ran = false;
  EXPECT_TRUE(absl::IsPermissionDenied(
      gate_->Run(caller, {.method = "JobService/Cancel", .subject = "y", .owner = "bob"}, [&] {
        ran = true;
        return absl::OkStatus();
      })));
  EXPECT_FALSE(ran);
  const auto entries = Audited();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].outcome(), "OK");
  EXPECT_EQ(entries[0].peer(), "p");
  EXPECT_EQ(entries[1].outcome(), "NOT_FOUND: no job x");
  EXPECT_THAT(entries[2].outcome(), HasSubstr("PERMISSION_DENIED"));
}

TEST_F(GateTest, ManyRefusalsAreCountedAndNotEachAudited) {
  const Caller caller = WithRole(v1::ROLE_VIEWER);
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(gate_->Run(caller, {.method = "JobService/Submit"}, Fine).ok());
  }
  EXPECT_EQ(Audited().size(), 2u);
  clock_.Advance(seconds(11));
  EXPECT_FALSE(gate_->Run(caller, {.method = "JobService/Submit"}, Fine).ok());
  EXPECT_THAT(Audited().back().outcome(), HasSubstr("and 48 refusals before it"));
}

TEST_F(GateTest, EachRefusalIsCountedByItsReason) {
  const auto certificate = [&](IdentityTimes times) {
    return MakeIdentity("spiffe://paceline/worker/w1", authority_, times).cert;
  };
  const std::string good = certificate({});
  const auto worker = gate_->OfCertificate(good);
  ASSERT_TRUE(worker.ok() && book_->RevokeCertificate(worker->serial, "stolen", "root").ok());
  EXPECT_FALSE(gate_->OfCertificate(good).ok());
  EXPECT_FALSE(gate_->OfCertificate(certificate({.from_s = -100, .until_s = -10})).ok());
  EXPECT_FALSE(gate_->OfToken("pl_none").ok());
  EXPECT_FALSE(gate_->OfCertificate("nonsense").ok());
  const Caller caller = WithRole(v1::ROLE_VIEWER);
  EXPECT_FALSE(gate_->Run(caller, {.method = "JobService/Submit"}, Fine).ok());
  for (int i = 0; i < 6; ++i) (void)gate_->Run(caller, {.method = "JobService/List"}, Fine);
  const auto count = [&](AccessRefusal refusal) { return gate_->meters().of(refusal); };
  EXPECT_EQ(count(AccessRefusal::kRevoked), 1u);
  EXPECT_EQ(count(AccessRefusal::kExpired), 1u);
  EXPECT_EQ(count(AccessRefusal::kUnknown), 2u);
  EXPECT_EQ(count(AccessRefusal::kRole), 1u);
  EXPECT_EQ(count(AccessRefusal::kLimit), 1u);
  EXPECT_EQ(count(AccessRefusal::kNothingShown), 0u);
}

TEST_F(GateTest, WhoAsksTooOftenIsToldToWaitAndOthersAreNot) {
  const Caller alice = WithRole(v1::ROLE_VIEWER), bob = WithRole(v1::ROLE_VIEWER, "bob");
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(gate_->Run(alice, {.method = "JobService/List"}, Fine).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(gate_->Run(alice, {.method = "JobService/List"}, Fine)));
  EXPECT_TRUE(gate_->Run(bob, {.method = "JobService/List"}, Fine).ok());
  clock_.Advance(seconds(2));
  EXPECT_TRUE(gate_->Run(alice, {.method = "JobService/List"}, Fine).ok());
}

TEST_F(GateTest, CallsAtOnceAreLimited) {
  const Caller caller = WithRole(v1::ROLE_VIEWER);
  const Gate::Request list{.method = "JobService/List"};
  absl::Status third;
  EXPECT_TRUE(gate_
                  ->Run(caller, list,
                        [&] {
                          return gate_->Run(caller, list, [&] {
                            third = gate_->Run(caller, list, Fine);
                            return absl::OkStatus();
                          });
                        })
                  .ok());
  EXPECT_TRUE(absl::IsResourceExhausted(third)) << third;
  EXPECT_TRUE(gate_->Run(caller, list, Fine).ok());
}

TEST_F(GateTest, WhoeverIsLocalMayEverything) {
  for (const MethodRule& rule : Rules()) {
    EXPECT_TRUE(gate_->Run(LocalCaller(), {.method = rule.method, .owner = "bob"}, Fine).ok());
  }
}

}  // namespace
}  // namespace paceline
