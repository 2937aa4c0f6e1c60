// Certificates for tests of what reads them.
#pragma once

#include "common/pki/issue.h"
#include "gtest/gtest.h"

namespace paceline {

inline constexpr int64_t kNow = 1'790'000'000'000, kDay = 86'400'000;  // ms
inline constexpr Validity kToday = {.from_ms = kNow, .to_ms = kNow + kDay};

inline KeyedCertificate MadeAuthority(const Validity& validity = {kNow, kNow + 365 * kDay}) {
  const auto made = MakeCertificateAuthority("ours", validity);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.value_or(KeyedCertificate());
}

inline KeyedCertificate Made(const KeyedCertificate& authority, const CertificateRequest& request) {
  const auto made = IssueCertificate(authority, request);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.value_or(KeyedCertificate());
}

}  // namespace paceline
