#include "common/pki/certificate_trouble.h"

#include "gmock/gmock.h"
#include "tests/common/pki/made_certificates.h"

namespace paceline {
namespace {

TEST(CertificateTrouble, IsSaidWithWhatToDo) {
  const KeyedCertificate authority = MadeAuthority(), other = MadeAuthority();
  const KeyedCertificate short_lived = MadeAuthority(kToday);
  const CertificateRequest worker{
      .role = "worker", .name = "w1", .validity = {kNow, kNow + 2 * kDay}};
  const CertificateRequest coordinator{
      .role = "coordinator", .name = "c", .hosts = {"10.0.0.1", "head"}, .validity = kToday};
  const std::string own = Made(authority, worker).cert;
  const std::string servers = Made(authority, coordinator).cert;
  const std::string ca = authority.cert;
  struct Case {
    std::string pem;
    CertificateUse use;
    std::string told;
  };
  for (const Case& c : std::vector<Case>{
           {own, {.authorities = ca, .now_ms = kNow + 1}, ""},
           {own, {.now_ms = kNow + 1}, ""},
           {own + ca, {.authorities = ca, .now_ms = kNow + 1}, ""},
           {servers, {.authorities = ca, .server = true, .host = "head", .now_ms = kNow + 1}, ""},
           {servers,
            {.authorities = ca, .server = true, .host = "10.0.0.1", .now_ms = kNow + 1},
            ""},
           {own,
            {.authorities = ca, .now_ms = kNow + 3 * kDay},
            "expired on 2026-09-23 14:13 UTC; renew it: paceline certs renew w1"},
           {own,
            {.now_ms = kNow - kDay},
            "is good from 2026-09-21 14:13 UTC on, and here it is 2026-09-20 14:13 UTC; is a clock "
            "wrong?"},
           {own,
            {.authorities = other.cert, .now_ms = kNow + 1},
            "does not come from the authority in --tls-ca, but from \"ours\" (unable to get local "
            "issuer certificate)"},
           {own,
            {.authorities = ca, .server = true, .now_ms = kNow + 1},
            "is a worker's, and here a coordinator's is needed"},
           {servers,
            {.authorities = ca, .now_ms = kNow + 1},
            "is a coordinator's, and here that of a worker or of a person is needed"},
           {servers,
            {.authorities = ca, .server = true, .host = "tail", .now_ms = kNow + 1},
            "is for 10.0.0.1, head, not for tail; reach it by a name that it has, or issue it anew "
            "with --host tail"},
           {Made(short_lived, coordinator).cert,
            {.authorities = short_lived.cert, .server = true, .now_ms = kNow - 1000},
            "comes from \"ours\", whose certificate is good from 2026-09-21 14:13 UTC on, and here "
            "it is 2026-09-21 14:13 UTC; is a clock "
            "wrong?"},
           {"text", {.now_ms = kNow}, "is none"},
       }) {
    EXPECT_EQ(CertificateTrouble(c.pem, c.use), c.told);
  }
}

TEST(CertificateTrouble, ANameThatATerminalWouldObeyIsShownAsText) {
  const auto authority = MakeCertificateAuthority("\x1b[2Jred", kToday);
  ASSERT_TRUE(authority.ok()) << authority.status();
  const std::string told = CertificateTrouble(
      authority->cert, {.authorities = MadeAuthority().cert, .now_ms = kNow + 1});
  EXPECT_THAT(told, ::testing::HasSubstr("from \"\\x1b[2Jred\""));
}

}  // namespace
}  // namespace paceline
