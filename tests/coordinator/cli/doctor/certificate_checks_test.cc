#include "coordinator/cli/doctor/certificate_checks.h"

#include <sys/stat.h>

#include "common/base/clock.h"
#include "common/base/private_file.h"
#include "gmock/gmock.h"
#include "tests/common/pki/made_certificates.h"
#include "tests/testing/certificates.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class DoctorCertificatesTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    EXPECT_TRUE(WritePrivateFile(path, text).ok());
    return path;
  }

  TemporaryFolder folder_;
  const KeyedCertificate authority_ = MadeAuthority();
  const KeyedCertificate worker_ =
      Made(authority_, {.role = "worker", .name = "w1", .validity = {kNow, kNow + 10 * kDay}});
};

TEST_F(DoctorCertificatesTest, ACertificateIsLookedAtInEveryRespect) {
  struct Case {
    std::string pem, authorities;
    int64_t now_ms;
    Verdict verdict;
    const char *what, *to_do;
  };
  for (const Case& c : std::vector<Case>{
           {worker_.cert, authority_.cert, kNow + kDay, Verdict::kOk, "is w1's as worker", ""},
           {worker_.cert, "", kNow + kDay, Verdict::kOk, "is w1's as worker", ""},
           {worker_.cert, authority_.cert, kNow + 9 * kDay, Verdict::kWarn, "until 2026-10-01",
            "renew it soon: paceline certs renew w1"},
           {worker_.cert, authority_.cert, kNow + 11 * kDay, Verdict::kBad, "expired on 2026-10-01",
            "renew it: paceline certs renew w1"},
           {worker_.cert, authority_.cert, kNow - kDay, Verdict::kBad, "is good from", "clock"},
           {worker_.cert, MadeAuthority().cert, kNow + kDay, Verdict::kBad,
            "does not come from the authority", "paceline certs issue"},
           {"text", "", kNow, Verdict::kBad, "holds no certificate", "paceline certs issue"},
       }) {
    const Finding finding = CheckCertificate("w1.pem", c.pem, c.authorities, "", c.now_ms);
    EXPECT_EQ(finding.verdict, c.verdict) << finding.what;
    EXPECT_THAT(finding.what, HasSubstr(c.what));
    EXPECT_THAT(finding.to_do, HasSubstr(c.to_do));
  }
}

TEST_F(DoctorCertificatesTest, ACoordinatorsMustBeForItsHost) {
  const KeyedCertificate made =
      Made(authority_, {.role = "coordinator", .name = "c", .hosts = {"head"}, .validity = kToday});
  const auto check = [&](const std::string& host) {
    return CheckCertificate("c.pem", made.cert, authority_.cert, host, kNow + 1000);
  };
  EXPECT_EQ(check("head").verdict, Verdict::kOk) << check("head").what;
  EXPECT_EQ(check("").verdict, Verdict::kOk);
  EXPECT_EQ(check("tail").verdict, Verdict::kBad);
  EXPECT_EQ(check("tail").what, "c.pem is for head, not for tail");
  EXPECT_THAT(check("tail").to_do, HasSubstr("issue it anew with --host tail"));
  EXPECT_TRUE(IsCoordinators(Write("c.pem", made.cert)));
  EXPECT_FALSE(IsCoordinators(Write("w1.pem", worker_.cert)));
  EXPECT_FALSE(IsCoordinators("none"));
}

TEST_F(DoctorCertificatesTest, AnotherAuthoritysGivesNoRole) {
  const Certificate theirs = MakeCertificate("theirs", MakeAuthority("elsewhere"));
  const Finding finding =
      CheckCertificate("x.pem", theirs.cert, "", "", Clock::Real().UnixMillis());
  EXPECT_EQ(finding.verdict, Verdict::kWarn);
  EXPECT_THAT(finding.what, HasSubstr("x.pem is theirs's without a role"));
  EXPECT_THAT(finding.to_do, HasSubstr("it gives no role"));
}

TEST_F(DoctorCertificatesTest, AKeyMustBePrivateAndTheCertificates) {
  const std::string ca = Write("ca.pem", authority_.cert), cert = Write("w1.pem", worker_.cert);
  const std::string key = Write("w1-key.pem", worker_.key);
  const auto found = [&](const std::string& of) {
    return CheckCertificates({.ca = ca, .cert = cert, .key = of}, "", kNow + kDay).back();
  };
  EXPECT_EQ(found(key).verdict, Verdict::kOk) << found(key).what;
  const Finding other = found(Write("other.pem", authority_.key));
  EXPECT_EQ(other.verdict, Verdict::kBad);
  EXPECT_THAT(other.what, HasSubstr("is not the key of the certificate"));
  chmod(key.c_str(), 0640);
  EXPECT_EQ(found(key).verdict, Verdict::kBad);
  EXPECT_THAT(found(key).what, HasSubstr("others may use it (mode 0640)"));
  EXPECT_THAT(found(key).to_do, HasSubstr("chmod 600 " + key));
}

TEST_F(DoctorCertificatesTest, AFileThatIsNotThereIsNamed) {
  const auto findings = CheckCertificates({.ca = "no/ca.pem"}, "", kNow);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kBad);
  EXPECT_THAT(findings[0].what, HasSubstr("no/ca.pem"));
  EXPECT_TRUE(CheckCertificates({}, "", kNow).empty());
}

}  // namespace
}  // namespace paceline
