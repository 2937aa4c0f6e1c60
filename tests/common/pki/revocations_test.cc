#include "common/pki/revocations.h"

#include "common/pki/openssl.h"
#include "gmock/gmock.h"
#include "tests/common/pki/made_certificates.h"

namespace paceline {
namespace {

TEST(Revocations, AreReadAsTheyWereWritten) {
  const KeyedCertificate authority = MadeAuthority();
  std::vector<Revocation> given;
  for (const std::string& reason : RevocationReasons()) {
    given.push_back({.serial = "a" + std::to_string(given.size()),
                     .reason = reason,
                     .revoked_ms = kNow + 1000 * static_cast<int64_t>(given.size())});
  }
  const auto text = WriteRevocations(authority, given, kNow);
  ASSERT_TRUE(text.ok()) << text.status();
  const auto read = ReadRevocations(*text);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), given.size());
  for (size_t i = 0; i < given.size(); ++i) {
    EXPECT_EQ((*read)[i].serial, given[i].serial);
    EXPECT_EQ((*read)[i].reason, given[i].reason);
    EXPECT_EQ((*read)[i].revoked_ms, given[i].revoked_ms);
  }
}

TEST(Revocations, AreSignedByTheAuthority) {
  const KeyedCertificate authority = MadeAuthority();
  const pki::CrlPtr list = pki::ReadCrl(*WriteRevocations(authority, {}, kNow));
  const auto key_of = [](const KeyedCertificate& of) { return pki::ReadKey(of.key); };
  EXPECT_EQ(X509_CRL_verify(list.get(), key_of(authority).get()), 1);
  EXPECT_NE(X509_CRL_verify(list.get(), key_of(MadeAuthority()).get()), 1);
}

TEST(Revocations, OfSomethingElseAreAnError) {
  for (const std::string& text : {std::string(), std::string("text"), MadeAuthority().cert}) {
    EXPECT_TRUE(absl::IsDataLoss(ReadRevocations(text).status()));
  }
}

}  // namespace
}  // namespace paceline
