#include "coordinator/access/access_book.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

v1::IssueTokenRequest Request(const std::string& name, int64_t lifetime_s = 3600) {
  v1::IssueTokenRequest request;
  request.set_name(name);
  request.set_role(v1::ROLE_SUBMITTER);
  request.set_lifetime_seconds(lifetime_s);
  request.set_job_prefix("a-");
  return request;
}

class AccessBookTest : public ::testing::Test {
 protected:
  std::unique_ptr<AccessBook> Open() {
    auto book = AccessBook::Open(path_, clock_);
    EXPECT_TRUE(book.ok()) << book.status();
    return *std::move(book);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/access.db";
  FakeClock clock_;
};

TEST_F(AccessBookTest, ATokenIsKnownByItsHolderUntilItExpires) {
  const auto book = Open();
  const auto issued = book->Issue(Request("alice"), "root");
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto found = book->Find(issued->token());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->name(), "alice");
  EXPECT_EQ(found->job_prefix(), "a-");
  clock_.Advance(seconds(3600));
  EXPECT_TRUE(absl::IsUnauthenticated(book->Find(issued->token()).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(book->CheckToken(issued->info().id())));
}

TEST_F(AccessBookTest, ATokenOutlivesTheProcessAndItsSecretIsNowhere) {
  const auto issued = Open()->Issue(Request("alice"), "root");
  ASSERT_TRUE(issued.ok());
  EXPECT_TRUE(Open()->Find(issued->token()).ok());
  const auto bytes = ReadFile(path_);
  ASSERT_TRUE(bytes.ok());
  EXPECT_THAT(*bytes, HasSubstr(issued->info().id()));
  EXPECT_THAT(*bytes, Not(HasSubstr(issued->token().substr(16))));
}

TEST_F(AccessBookTest, TheFileIsItsOwnersAloneAndOneThatIsNotIsRefused) {
  Open();
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  const auto book = AccessBook::Open(path_, clock_);
  EXPECT_TRUE(absl::IsFailedPrecondition(book.status())) << book.status();
  EXPECT_THAT(std::string(book.status().message()), HasSubstr("chmod 600"));
}

TEST_F(AccessBookTest, ADamagedFileIsNamed) {
  ASSERT_TRUE(WriteFileAtomically(path_, std::string(4096, 'x')).ok());
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  const auto book = AccessBook::Open(path_, clock_);
  EXPECT_TRUE(absl::IsDataLoss(book.status())) << book.status();
  EXPECT_THAT(std::string(book.status().message()), HasSubstr(path_));
}

TEST_F(AccessBookTest, WhatAnotherProcessIssuesAndRevokesIsKnownAfterARefresh) {
  const auto one = Open(), other = Open();
  const auto issued = other->Issue(Request("alice"), "root");
  ASSERT_TRUE(issued.ok());
  EXPECT_FALSE(one->Find(issued->token()).ok());
  ASSERT_TRUE(one->Refresh().ok());
  EXPECT_TRUE(one->Find(issued->token()).ok());
  ASSERT_TRUE(other->Revoke(issued->info().id()).ok());
  ASSERT_TRUE(other->RevokeCertificate("0A:0b", "lost", "root").ok());
  ASSERT_TRUE(one->Refresh().ok());
  EXPECT_TRUE(absl::IsUnauthenticated(one->Find(issued->token()).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(one->CheckCertificate("0a0b")));
}

TEST_F(AccessBookTest, ARevocationIsRememberedAsItWasFirst) {
  const auto book = Open();
  const auto issued = book->Issue(Request("alice"), "root");
  const auto first = book->Revoke(issued->info().id());
  clock_.Advance(seconds(1));
  const auto second = book->Revoke(issued->info().id());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->revoked_unix_ms(), second->revoked_unix_ms());
  EXPECT_TRUE(absl::IsNotFound(book->Revoke("0123456789ab").status()));
  ASSERT_TRUE(book->RevokeCertificate("aa", "lost", "root").ok());
  const auto again = book->RevokeCertificate("aa", "another reason", "eve");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->reason(), "lost");
  EXPECT_EQ(book->RevokedCertificates().size(), 1u);
}

TEST_F(AccessBookTest, WhatWillNotDoIsRefusedInWords) {
  struct Case {
    std::function<void(v1::IssueTokenRequest&)> spoil;
    const char* word;
  };
  const auto book = Open();
  for (const Case& bad :
       {Case{[](auto& of) { of.set_name("no such/name"); }, "name"},
        Case{[](auto& of) { of.set_name(""); }, "name"},
        Case{[](auto& of) { of.set_name("local"); }, "local"},
        Case{[](auto& of) { of.set_role(v1::ROLE_UNSPECIFIED); }, "role"},
        Case{[](auto& of) { of.set_role(static_cast<v1::Role>(99)); }, "role"},
        Case{[](auto& of) { of.set_job_prefix("A b"); }, "prefix"},
        Case{[](auto& of) { of.set_lifetime_seconds(59); }, "lives 60 s"},
        Case{[](auto& of) { of.set_lifetime_seconds(INT64_MAX); }, "lives 60 s"}}) {
    v1::IssueTokenRequest request = Request("alice");
    bad.spoil(request);
    const auto issued = book->Issue(request, "root");
    EXPECT_TRUE(absl::IsInvalidArgument(issued.status())) << request.DebugString();
    EXPECT_THAT(std::string(issued.status().message()), HasSubstr(bad.word));
  }
  EXPECT_TRUE(book->Tokens().empty());
}

TEST(SerialTest, IsReadHoweverItIsWritten) {
  for (const auto& [text, serial] : std::vector<std::pair<std::string, std::string>>{
           {"0A:1B", "0a1b"}, {"a1b", "0a1b"}, {"000A1B", "0a1b"}, {"00", "00"}}) {
    const auto read = ReadSerial(text);
    ASSERT_TRUE(read.ok()) << text;
    EXPECT_EQ(*read, serial);
  }
  for (const std::string& bad : {std::string(), std::string("xyz"), std::string(66, 'a')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadSerial(bad).status())) << bad;
  }
}

}  // namespace
}  // namespace paceline
