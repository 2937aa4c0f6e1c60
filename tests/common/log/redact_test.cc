#include "common/log/redact.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace paceline {
namespace {

TEST(RedactedTest, HidesTokensAndNothingElse) {
  const std::string secret = "3q2-7wAAb0c_9.f~A+/=xyz";
  for (const auto& [text, redacted] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {"nothing to hide", "nothing to hide"},
           {"pl_" + secret, "pl_REDACTED"},
           {"token pl_" + secret + ", expired", "token pl_REDACTED, expired"},
           {"\"pl_" + secret + "\" and pl_" + secret, "\"pl_REDACTED\" and pl_REDACTED"},
           {"authorization: Bearer abc", "authorization: Bearer REDACTED"},
           {"authorization: bearer pl_" + secret, "authorization: bearer REDACTED"},
           {"BEARER x y", "BEARER REDACTED y"},
           // Words that only look alike.
           {"Bearer ", "Bearer "},
           {"pl_short", "pl_short"},
           {"impl_" + secret, "impl_" + secret},
           {"forbearer x", "forbearer x"},
           {"pl_", "pl_"},
           {"θ pl", "θ pl"},
       }) {
    EXPECT_EQ(Redacted(text), redacted) << text;
  }
}

}  // namespace
}  // namespace paceline
