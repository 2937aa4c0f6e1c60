#include "coordinator/log/crc32c.h"

#include <string>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(Crc32cTest, HasTheCastagnoliCheckValue) { EXPECT_EQ(Crc32c("123456789"), 0xe3069283u); }

// RFC 3720, B.4.
TEST(Crc32cTest, AgreesWithTheVectorsOfIscsi) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32cTest, NothingHasTheChecksumZero) { EXPECT_EQ(Crc32c(""), 0u); }

TEST(Crc32cTest, TheMaskRotatesAndAdds) {
  EXPECT_EQ(MaskedCrc32c(""), 0xa282ead8u);
  EXPECT_EQ(MaskedCrc32c("123456789"), ((0xe3069283u >> 15) | (0xe3069283u << 17)) + 0xa282ead8u);
}

}  // namespace
}  // namespace paceline
