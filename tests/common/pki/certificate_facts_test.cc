#include "common/pki/certificate_facts.h"

#include "gmock/gmock.h"
#include "tests/common/pki/made_certificates.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CertificateFacts, AreThoseThatItWasIssuedWith) {
  const KeyedCertificate authority = MadeAuthority();
  const KeyedCertificate made =
      Made(authority, {.role = "coordinator",
                       .name = "main.1",
                       .hosts = {"10.0.0.1", "fd00::1", "coordinator.example.org"},
                       .validity = kToday});
  const auto facts = ReadCertificateFacts(made.cert);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->role, "coordinator");
  EXPECT_EQ(facts->name, "main.1");
  EXPECT_EQ(facts->not_before_ms, kNow);
  EXPECT_EQ(facts->not_after_ms, kNow + kDay);
  EXPECT_THAT(facts->hosts, ElementsAre("10.0.0.1", "fd00::1", "coordinator.example.org"));
  EXPECT_EQ(facts->issuer, "ours");
  EXPECT_THAT(facts->serial, ::testing::MatchesRegex("[0-9a-f]{32}"));
}

TEST(CertificateFacts, OfAnAuthorityHaveNoRole) {
  const auto facts = ReadCertificateFacts(MadeAuthority().cert);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->role, "");
  EXPECT_EQ(facts->name, "ours");
  EXPECT_THAT(facts->hosts, IsEmpty());
}

TEST(CertificateFacts, AreThoseOfTheFirstOfAChain) {
  const KeyedCertificate authority = MadeAuthority();
  const KeyedCertificate made =
      Made(authority, {.role = "worker", .name = "w1", .validity = kToday});
  EXPECT_EQ(ReadCertificateFacts(made.cert + authority.cert)->name, "w1");
}

TEST(CertificateFacts, OfSomethingElseAreAnError) {
  for (const std::string& text :
       {std::string(), std::string("text"), MadeAuthority().key,
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
    EXPECT_THAT(std::string(ReadCertificateFacts(text).status().message()),
                HasSubstr("holds no certificate"));
  }
}

TEST(CertificateFacts, ANameIsShortAndPlain) {
  for (const std::string& name :
       {std::string("w1"), std::string("a.B_c-9"), std::string(64, 'x')}) {
    EXPECT_TRUE(CheckIdentityName(name).ok()) << name;
  }
  for (const std::string& name : {std::string(), std::string(".hidden"), std::string("-flag"),
                                  std::string("a/b"), std::string("a b"), std::string("\xc3\xa4"),
                                  std::string("a\0b", 3), std::string(65, 'x')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckIdentityName(name))) << name;
  }
}

}  // namespace
}  // namespace paceline
