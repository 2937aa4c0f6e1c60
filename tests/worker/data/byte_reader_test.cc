#include "worker/data/byte_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/data/idx_files.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

TEST(ByteReader, BytesThatAreNotPackedAreTakenWhereTheyLie) {
  const std::string bytes = "0123456789";
  const auto reader = OpenBytes(bytes);
  EXPECT_EQ(reader->Take(4)->bytes.data(), bytes.data());
  const auto taken = reader->Take(6);
  EXPECT_EQ(taken->bytes.data(), bytes.data() + 4);
  EXPECT_EQ(taken->bytes, "456789");
  EXPECT_TRUE(reader->Finish().ok());
}

TEST(ByteReader, PackedBytesAreTakenWithTheirOwner) {
  const std::string packed = Gzip("0123456789");
  auto reader = OpenBytes(packed);
  const auto taken = reader->Take(4);
  reader.reset();
  ASSERT_TRUE(taken.ok());
  EXPECT_NE(taken->owner, nullptr);
  EXPECT_EQ(taken->bytes, "0123");
}

TEST(ByteReader, FewerBytesThanAskedForAreDataLoss) {
  const std::string bytes = "0123456789", packed = Gzip(bytes);
  for (const std::string& file : {bytes, packed}) {
    const absl::Status status = OpenBytes(file)->Take(12).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("ends at byte 10"));
  }
}

TEST(ByteReader, AllOfAFileIsTakenUpToALimit) {
  for (const size_t size : {0, 1, 4096, 4097, 100000}) {
    const std::string bytes(size, 'x'), packed = Gzip(bytes);
    for (const std::string& file : {bytes, packed}) {
      const auto all = OpenBytes(file)->TakeAll(size);
      ASSERT_TRUE(all.ok()) << size << all.status();
      EXPECT_EQ(all->bytes, bytes);
      if (size == 0) continue;
      const absl::Status status = OpenBytes(file)->TakeAll(size - 1).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
      EXPECT_THAT(std::string(status.message()), HasSubstr("but goes on"));
    }
  }
}

}  // namespace
}  // namespace paceline
