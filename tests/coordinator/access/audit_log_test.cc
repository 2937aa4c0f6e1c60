#include "coordinator/access/audit_log.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

v1::AuditEntry Entry(const std::string& subject) {
  v1::AuditEntry entry;
  entry.set_identity("alice");
  entry.set_role(v1::ROLE_SUBMITTER);
  entry.set_method("JobService/Cancel");
  entry.set_subject(subject);
  entry.set_outcome("OK");
  entry.set_peer("ipv4:127.0.0.1:5");
  return entry;
}

class AuditLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<AuditLog> Open(int64_t most_bytes = 1 << 20) {
    auto log = AuditLog::Open({.folder = folder_.path(), .most_bytes = most_bytes, .most_files = 3},
                              clock_);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }
  void Fill(AuditLog& log, int entries) {
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(log.Append(Entry(absl::StrCat("job-", i))).ok());
    }
  }
  std::vector<v1::AuditEntry> Read(int64_t after = 0) {
    std::vector<v1::AuditEntry> entries;
    EXPECT_TRUE(ReadAudit(folder_.path(), after, [&](const v1::AuditEntry& entry) {
                  entries.push_back(entry);
                  return true;
                }).ok());
    return entries;
  }
  AuditVerdict Verify() {
    const auto verdict = VerifyAudit(folder_.path());
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return verdict.ok() ? *verdict : AuditVerdict();
  }
  std::vector<std::string> Lines() {
    std::vector<std::string> lines = absl::StrSplit(*ReadFile(path_), '\n');
    lines.pop_back();
    return lines;
  }
  void Write(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
    ASSERT_TRUE(WriteFileAtomically(path_, text).ok());
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/audit.log";
  FakeClock clock_;
};

TEST_F(AuditLogTest, EntriesAreReadBackInOrderWithNumbersAndHashes) {
  Fill(*Open(), 3);
  Fill(*Open(), 2);
  const auto entries = Read();
  ASSERT_EQ(entries.size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(entries[static_cast<size_t>(i)].number(), i + 1);
  EXPECT_EQ(entries[3].subject(), "job-0");
  EXPECT_EQ(entries[3].identity(), "alice");
  EXPECT_EQ(entries[3].role(), v1::ROLE_SUBMITTER);
  EXPECT_EQ(Read(3).size(), 2u);
  EXPECT_EQ(Verify().entries, 5);
  EXPECT_EQ(Verify().hash, entries[4].hash());
  EXPECT_EQ(Verify().fault, "");
}

TEST_F(AuditLogTest, WhoeverChangesTheFileIsFoundOutAtThatLine) {
  Fill(*Open(), 5);
  const std::vector<std::string> good = Lines();
  struct Case {
    std::function<void(std::vector<std::string>&)> spoil;
    const char* where;
  };
  for (const Case& bad :
       {Case{[](auto& of) { of[2].replace(of[2].find("alice"), 5, "mally"); }, ":3 is entry 3"},
        Case{[](auto& of) { of.erase(of.begin() + 2); }, ":3 is entry 4 where 3 should be"},
        Case{[](auto& of) { std::swap(of[1], of[2]); }, ":2 is entry 3 where 2 should be"},
        Case{[](auto& of) { of.insert(of.begin() + 1, of[0]); }, ":2 is entry 1 where 2"},
        Case{[](auto& of) { of[3] = "nonsense"; }, ":4 is no entry"},
        Case{[](auto& of) { of[0].replace(of[0].find("OK"), 2, "NO"); }, ":1 is entry 1"}}) {
    std::vector<std::string> lines = good;
    bad.spoil(lines);
    Write(lines);
    EXPECT_THAT(Verify().fault, HasSubstr(bad.where));
  }
}

TEST_F(AuditLogTest, ALineThatACrashCutOffIsRemovedAndTold) {
  Fill(*Open(), 3);
  const auto bytes = ReadFile(path_);
  for (const size_t lost : {size_t{1}, size_t{20}, size_t{100}}) {
    ASSERT_TRUE(WriteFileAtomically(path_, bytes->substr(0, bytes->size() - lost)).ok());
    Fill(*Open(), 1);
    const auto entries = Read();
    ASSERT_EQ(entries.size(), 4u);
    EXPECT_EQ(entries[2].identity(), "coordinator");
    EXPECT_THAT(entries[2].outcome(), HasSubstr("a crash had cut off"));
    EXPECT_EQ(Verify().fault, "");
  }
}

TEST_F(AuditLogTest, ALastLineThatIsDamagedIsRefusedByName) {
  Fill(*Open(), 2);
  std::vector<std::string> lines = Lines();
  lines.back() = "nonsense";
  Write(lines);
  const auto log = AuditLog::Open({.folder = folder_.path()}, clock_);
  EXPECT_TRUE(absl::IsDataLoss(log.status())) << log.status();
  EXPECT_THAT(std::string(log.status().message()), HasSubstr(path_));
}

TEST_F(AuditLogTest, TheChainGoesOnInTheNextFileAndTheOldestAreRemoved) {
  const auto log = Open(1000);
  Fill(*log, 8);
  EXPECT_EQ(Verify().entries, 8);
  EXPECT_EQ(Verify().first, 1);
  Fill(*Open(1000), 40);
  const AuditVerdict verdict = Verify();
  EXPECT_EQ(verdict.fault, "");
  EXPECT_GT(verdict.first, 1);
  EXPECT_EQ(verdict.first + verdict.entries - 1, 48);
  EXPECT_NE(access((path_ + ".3").c_str(), F_OK), -1);
  EXPECT_EQ(access((path_ + ".4").c_str(), F_OK), -1);
}

TEST_F(AuditLogTest, TwoProcessesHaveOneChain) {
  const auto one = Open(4000), other = Open(4000);
  std::thread beside([&] { Fill(*other, 20); });
  Fill(*one, 20);
  beside.join();
  EXPECT_EQ(Verify().fault, "");
  const auto entries = Read();
  EXPECT_EQ(entries.back().number(), 40);
}

TEST_F(AuditLogTest, TheFileIsItsOwnersAlone) {
  Fill(*Open(), 1);
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(AuditLogTest, HostileTextStaysWithinItsLine) {
  auto entry = Entry("a\",\"hash\":\"00\n{\"number\":9}");
  entry.set_outcome(std::string(100'000, 'x') + "\xff\xfe");
  entry.set_peer("\x01\xc3\x28");
  ASSERT_TRUE(Open()->Append(entry).ok());
  ASSERT_EQ(Read().size(), 1u);
  EXPECT_EQ(Read()[0].subject(), entry.subject());
  EXPECT_EQ(Verify().fault, "");
  EXPECT_LT(Lines()[0].size(), 4096u);
}

TEST_F(AuditLogTest, WithoutALogThereIsNothingToVerify) {
  EXPECT_TRUE(absl::IsNotFound(VerifyAudit(folder_.path()).status()));
}

}  // namespace
}  // namespace paceline
