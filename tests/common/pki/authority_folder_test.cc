#include "common/pki/authority_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "common/pki/openssl.h"
#include "gmock/gmock.h"
#include "tests/common/pki/made_certificates.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class AuthorityFolderTest : public ::testing::Test {
 protected:
  AuthorityFolder Open() { return *AuthorityFolder::Open(path_); }
  IssuedFiles Issue(const std::string& role, const std::string& name, bool force = false) {
    CertificateRequest request{.role = role, .name = name, .validity = kToday};
    if (role == "coordinator") request.hosts = {"10.0.0.1"};
    const auto issued = Open().Issue(request, force);
    EXPECT_TRUE(issued.ok()) << issued.status();
    return issued.value_or(IssuedFiles());
  }
  void Init() {
    const absl::Status made =
        AuthorityFolder::Init(path_, {kNow, kNow + 365 * kDay}, false).status();
    ASSERT_TRUE(made.ok()) << made;
  }

  TemporaryFolder scratch_;
  const std::string path_ = scratch_.path() + "/ca";
};

TEST_F(AuthorityFolderTest, KeysAndFoldersAreThisUsersAlone) {
  const mode_t before = umask(0);
  Init();
  const IssuedFiles issued = Issue("worker", "w1");
  umask(before);
  for (const std::string& folder : {path_, path_ + "/issued", issued.folder}) {
    EXPECT_EQ(ModeOf(folder), 0700u) << folder;
  }
  EXPECT_EQ(ModeOf(path_ + "/ca-key.pem"), 0600u);
  EXPECT_EQ(ModeOf(issued.key), 0600u);
  EXPECT_EQ(X509_check_private_key(pki::ReadX509(*ReadFile(issued.cert)).get(),
                                   pki::ReadKey(*ReadFile(issued.key)).get()),
            1);
  EXPECT_EQ(*ReadFile(issued.ca), *ReadFile(path_ + "/ca.pem"));
}

TEST_F(AuthorityFolderTest, AnAuthorityIsReplacedOnlyByOrder) {
  Init();
  const std::string before = *ReadFile(path_ + "/ca.pem");
  EXPECT_TRUE(absl::IsAlreadyExists(AuthorityFolder::Init(path_, kToday, false).status()));
  EXPECT_EQ(*ReadFile(path_ + "/ca.pem"), before);
  Issue("worker", "w1");
  EXPECT_TRUE(AuthorityFolder::Init(path_, kToday, true).ok());
  EXPECT_NE(*ReadFile(path_ + "/ca.pem"), before);
  EXPECT_TRUE(Open().List()->empty());
}

TEST_F(AuthorityFolderTest, AFolderOfOtherThingsStaysAsItIs) {
  fs::create_directories(path_);
  chmod(path_.c_str(), 0755);
  std::ofstream(path_ + "/precious") << "precious";
  for (const bool force : {false, true}) {
    const absl::Status status = AuthorityFolder::Init(path_, kToday, force).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("a folder of its own"));
  }
  EXPECT_EQ(ModeOf(path_), 0755u);
}

TEST_F(AuthorityFolderTest, WithoutAnAuthorityTheCommandThatMakesOneIsNamed) {
  const absl::Status status = AuthorityFolder::Open(path_).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("paceline certs init --dir " + path_));
}

TEST_F(AuthorityFolderTest, AnAuthoritysKeyThatOthersMayReadIsRefused) {
  Init();
  chmod((path_ + "/ca-key.pem").c_str(), 0640);
  EXPECT_TRUE(absl::IsFailedPrecondition(AuthorityFolder::Open(path_).status()));
}

TEST_F(AuthorityFolderTest, ANameHasOneGoodCertificateUnlessForced) {
  Init();
  Issue("worker", "w1");
  const absl::Status status =
      Open().Issue({.role = "admin", .name = "w1", .validity = kToday}, false).status();
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("as worker; renew it"));
  Issue("admin", "w1", /*force=*/true);
  EXPECT_EQ(Open().List()->size(), 2u);
}

TEST_F(AuthorityFolderTest, TheAuthoritysOwnFilesAreNobodysName) {
  Init();
  for (const char* name : {"issued", "ca.pem", "ca-key.pem", "crl.pem"}) {
    const absl::Status status =
        Open().Issue({.role = "worker", .name = name, .validity = kToday}, true).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name << status;
  }
  EXPECT_TRUE(Open().List()->empty());
}

TEST_F(AuthorityFolderTest, RenewingKeepsWhoItIsAndTheKey) {
  Init();
  const IssuedFiles before = Issue("coordinator", "c");
  const std::string key = *ReadFile(before.key);
  const auto after = Open().Renew("c", {kNow + kDay / 2, 0}, false);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->facts.role, "coordinator");
  EXPECT_EQ(after->facts.hosts, before.facts.hosts);
  EXPECT_EQ(after->facts.not_after_ms, kNow + kDay / 2 + kDay);
  EXPECT_EQ(after->key, before.key);
  EXPECT_EQ(*ReadFile(after->key), key);
  EXPECT_TRUE(Open().Renew("c", {kNow + kDay / 2, 0}, true).ok());
  EXPECT_NE(*ReadFile(before.key), key);
}

TEST_F(AuthorityFolderTest, WhoIsUnknownOrRevokedIsNotRenewed) {
  Init();
  EXPECT_TRUE(absl::IsNotFound(Open().Renew("w1", kToday, false).status()));
  Issue("worker", "w1");
  EXPECT_TRUE(Open().Revoke("w1", "superseded", kNow).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Open().Renew("w1", kToday, false).status()));
}

TEST_F(AuthorityFolderTest, RevokedIsByNameOrSerialOnceAndForGood) {
  Init();
  Issue("worker", "w1");
  const IssuedFiles again = Issue("worker", "w1", /*force=*/true);
  Issue("worker", "w2");
  EXPECT_EQ(Open().Revoke(again.facts.serial, "key-compromise", kNow)->size(), 1u);
  const auto both = Open().Revoke("w1", "superseded", kNow + 1000);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->size(), 2u);
  EXPECT_TRUE(absl::IsNotFound(Open().Revoke("w3", "superseded", kNow).status()));
  const auto all = Open().List();
  ASSERT_TRUE(all.ok()) << all.status();
  std::map<std::string, std::string> reasons;
  for (const IssuedCertificate& one : *all) reasons[one.facts.serial] = one.revocation.reason;
  EXPECT_EQ(reasons.size(), 3u);
  EXPECT_EQ(reasons[again.facts.serial], "key-compromise");
}

TEST_F(AuthorityFolderTest, ADamagedFolderIsAnErrorThatNamesTheFile) {
  Init();
  Issue("worker", "w1");
  std::ofstream(path_ + "/crl.pem") << "text";
  EXPECT_THAT(std::string(Open().List().status().message()), HasSubstr("crl.pem: holds no list"));
}

}  // namespace
}  // namespace paceline
