#include "common/pki/issue.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

#include "common/pki/certificate_facts.h"
#include "common/pki/openssl.h"
#include "gmock/gmock.h"
#include "tests/common/pki/made_certificates.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

// What OpenSSL says of a certificate that is shown for that purpose at that time.
int Verified(const KeyedCertificate& shown, const KeyedCertificate& authority, int purpose,
             int64_t at_ms = kNow + 1000) {
  const std::unique_ptr<X509_STORE, pki::Freed<&X509_STORE_free>> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), pki::ReadX509(authority.cert).get());
  const std::unique_ptr<X509_STORE_CTX, pki::Freed<&X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  const pki::X509Ptr certificate = pki::ReadX509(shown.cert);
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_STORE_CTX_set_time(context.get(), 0, at_ms / 1000);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

class IssueTest : public ::testing::Test {
 protected:
  const KeyedCertificate authority_ = MadeAuthority();
  const KeyedCertificate coordinator_ =
      Made(authority_, {.role = "coordinator", .name = "c", .hosts = {"h"}, .validity = kToday});
  const KeyedCertificate worker_ =
      Made(authority_, {.role = "worker", .name = "w", .validity = kToday});
};

TEST_F(IssueTest, ACoordinatorIsAServerAndAWorkerAClient) {
  EXPECT_EQ(Verified(coordinator_, authority_, X509_PURPOSE_SSL_SERVER), X509_V_OK);
  EXPECT_EQ(Verified(worker_, authority_, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(Verified(worker_, authority_, X509_PURPOSE_SSL_SERVER), X509_V_ERR_INVALID_PURPOSE);
  EXPECT_EQ(Verified(coordinator_, authority_, X509_PURPOSE_SSL_CLIENT),
            X509_V_ERR_INVALID_PURPOSE);
}

TEST_F(IssueTest, WhatWasIssuedIssuesNothing) {
  const auto forged = IssueCertificate(worker_, {.role = "admin", .name = "x", .validity = kToday});
  EXPECT_TRUE(absl::IsInvalidArgument(forged.status())) << forged.status();
  EXPECT_EQ(X509_check_ca(pki::ReadX509(worker_.cert).get()), 0);
  EXPECT_EQ(X509_check_ca(pki::ReadX509(authority_.cert).get()), 1);
}

TEST_F(IssueTest, NothingHoldsBeforeOrAfterItsTimeOrOfAnotherAuthority) {
  constexpr int kPurpose = X509_PURPOSE_SSL_CLIENT;
  EXPECT_EQ(Verified(worker_, authority_, kPurpose, kNow - 1000), X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(Verified(worker_, authority_, kPurpose, kNow + kDay + 1000),
            X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_NE(Verified(worker_, MadeAuthority(), kPurpose), X509_V_OK);
}

TEST_F(IssueTest, NothingOutlivesItsAuthority) {
  const KeyedCertificate old = MadeAuthority({kNow, kNow + 2 * kDay});
  const KeyedCertificate made =
      Made(old, {.role = "worker", .name = "w", .validity = {kNow, kNow + 9 * kDay}});
  EXPECT_EQ(ReadCertificateFacts(made.cert)->not_after_ms, kNow + 2 * kDay);
}

TEST_F(IssueTest, AKeyIsKeptIfItIsGivenAndElseNew) {
  const KeyedCertificate same =
      Made(authority_, {.role = "worker", .name = "w", .validity = kToday, .key = worker_.key});
  EXPECT_EQ(same.key, worker_.key);
  EXPECT_NE(ReadCertificateFacts(same.cert)->serial, ReadCertificateFacts(worker_.cert)->serial);
  EXPECT_NE(Made(authority_, {.role = "worker", .name = "w", .validity = kToday}).key, worker_.key);
}

TEST_F(IssueTest, WhatCannotBeIssuedIsNamed) {
  struct Case {
    CertificateRequest request;
    const char* told;
  };
  for (const Case& c : std::vector<Case>{
           {{.role = "king", .name = "w"}, "\"king\" is no role; there are coordinator, worker"},
           {{.role = "worker", .name = "a b"}, "\"a b\" is no name of an identity"},
           {{.role = "worker", .name = "w", .hosts = {"h"}},
            "a worker's certificate is for no host"},
           {{.role = "coordinator", .name = "c"}, "needs the names and addresses"},
           {{.role = "coordinator", .name = "c", .hosts = {"10.0.0.1:7700"}}, "without a port"},
           {{.role = "coordinator", .name = "c", .hosts = {"10.0.0.300"}}, "neither an IP address"},
           {{.role = "coordinator", .name = "c", .hosts = {""}}, "\"\" is neither an IP address"},
           {{.role = "coordinator", .name = "c", .hosts = {"a,IP:10.0.0.1"}}, "nor a DNS name"},
           {{.role = "coordinator", .name = "c", .hosts = {"-a.org"}}, "nor a DNS name"},
           {{.role = "worker", .name = "w", .key = "x"}, "holds no private key"},
       }) {
    const absl::Status status = IssueCertificate(authority_, c.request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.told));
  }
  EXPECT_THAT(
      std::string(IssueCertificate({authority_.cert, worker_.key}, {.role = "worker", .name = "w"})
                      .status()
                      .message()),
      HasSubstr("the authority's key is not that of its certificate"));
}

}  // namespace
}  // namespace paceline
