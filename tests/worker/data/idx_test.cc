#include "worker/data/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/data/idx_files.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string& Whole() {
  static const std::string* bytes = new std::string(IdxBytes({3, 2, 2}, Counting(12, 256)));
  return *bytes;
}

std::string Values() {
  const std::vector<uint8_t> values = Counting(12, 256);
  return {values.begin(), values.end()};
}

void ExpectDataLoss(std::string_view gzipped, std::string_view message) {
  const absl::StatusOr<FileArray> array = ParseIdx(gzipped, 3);
  EXPECT_EQ(array.status().code(), absl::StatusCode::kDataLoss) << array.status();
  EXPECT_THAT(std::string(array.status().message()), HasSubstr(std::string(message)));
}

TEST(Idx, AWholeFileGivesItsShapeAndValues) {
  const absl::StatusOr<FileArray> array = ParseIdx(Gzip(Whole()), 3);
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_THAT(array->shape, ElementsAre(3, 2, 2));
  EXPECT_EQ(array->bytes, Values());
}

TEST(Idx, AFileOfNoValuesIsFine) {
  const absl::StatusOr<FileArray> array = ParseIdx(Gzip(IdxBytes({0, 2, 2}, {})), 3);
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_TRUE(array->bytes.empty());
}

TEST(Idx, AnUnpackedFileIsReadAsAPackedOneIs) {
  const absl::StatusOr<FileArray> array = ParseIdx(Whole(), 3);
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_THAT(array->shape, ElementsAre(3, 2, 2));
  EXPECT_EQ(array->bytes, Values());
}

// What gunzip and Python's gzip read (RFC 1952, 2.2).
TEST(Idx, EveryFormOfGzipThatGunzipReadsIsRead) {
  const std::string begin = Gzip(Whole().substr(0, 9)), end = Gzip(Whole().substr(9));
  const std::string empty = Gzip(""), padding(512, '\0');
  const std::pair<const char*, std::string> forms[] = {
      {"two members", begin + end},
      {"three",
       Gzip(Whole().substr(0, 2)) + Gzip(Whole().substr(2, 15)) + Gzip(Whole().substr(17))},
      {"an empty member first", empty + begin + end},
      {"an empty member between", begin + empty + end},
      {"an empty member last", begin + end + empty},
      {"padding after the last", begin + end + padding},
      {"one byte of padding", Gzip(Whole()) + std::string(1, '\0')},
      {"padding between members", begin + padding + end + padding},
  };
  for (const auto& [name, bytes] : forms) {
    const absl::StatusOr<FileArray> array = ParseIdx(bytes, 3);
    ASSERT_TRUE(array.ok()) << name << ": " << array.status();
    EXPECT_EQ(array->bytes, Values()) << name;
  }
}

TEST(Idx, EveryTruncationOfTwoMembersIsDataLoss) {
  const std::string packed = Gzip(Whole().substr(0, 20)) + Gzip(Whole().substr(20));
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(ParseIdx(packed.substr(0, size), 3).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST(Idx, DamageInALaterMemberIsFoundAtItsByte) {
  const std::string first = Gzip(Whole().substr(0, 20));
  std::string second = Gzip(Whole().substr(20));
  second[second.size() - 8] ^= 1;
  ExpectDataLoss(first + second, "incorrect data check), at byte " +
                                     std::to_string(first.size() + second.size() - 4));
}

TEST(Idx, OtherTypesOfValuesAreNamed) {
  const std::pair<char, const char*> types[] = {
      {0x09, "int8"}, {0x0b, "int16"}, {0x0c, "int32"}, {0x0d, "float32"}, {0x0e, "float64"}};
  for (const auto& [type, name] : types) {
    std::string bytes = Whole();
    bytes[2] = type;
    ExpectDataLoss(bytes, std::string("values of type ") + name + ", which are not read");
  }
}

TEST(Idx, AnEmptyFileEndsTooEarly) { ExpectDataLoss("", "ends at byte 0"); }

TEST(Idx, AnUnpackedFileThatEndsEarlyOrGoesOnIsDataLoss) {
  for (size_t size = 0; size < Whole().size(); ++size) {
    EXPECT_EQ(ParseIdx(Whole().substr(0, size), 3).status().code(), absl::StatusCode::kDataLoss);
  }
  ExpectDataLoss(Whole() + "x", "should end at byte 28, but goes on");
}

TEST(Idx, AFileThatIsNeitherIsSaidToBeSo) {
  ExpectDataLoss("hello world",
                 "begins with 68656c6c; an IDX file of bytes with 3 dimensions "
                 "begins with 00000803");
}

TEST(Idx, EveryTruncationIsDataLoss) {
  const std::string packed = Gzip(Whole());
  constexpr size_t kSeenAsGzip = 2;
  for (size_t size = kSeenAsGzip; size < packed.size(); ++size) {
    ExpectDataLoss(std::string_view(packed).substr(0, size), "cut off");
  }
}

TEST(Idx, ADamagedChecksumIsFound) {
  std::string packed = Gzip(Whole());
  packed[packed.size() - 8] ^= 1;
  ExpectDataLoss(packed, "incorrect data check");
}

TEST(Idx, ADamagedLengthIsFound) {
  std::string packed = Gzip(Whole());
  packed.back() ^= 1;
  ExpectDataLoss(packed, "incorrect length check");
}

// Some bits carry nothing: gzip's time and system, the padding of the last byte of deflate.
TEST(Idx, AFlippedBitIsFoundOrChangesNothing) {
  const std::string packed = Gzip(Whole());
  int found = 0;
  for (size_t bit = 0; bit < 8 * packed.size(); ++bit) {
    std::string damaged = packed;
    damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
    const absl::StatusOr<FileArray> array = ParseIdx(damaged, 3);
    if (array.ok()) {
      EXPECT_EQ(array->bytes, Values()) << "bit " << bit;
    } else {
      ++found;
    }
  }
  EXPECT_GT(found, 200);
}

TEST(Idx, BytesAfterTheGzipDataAreRefused) {
  const std::string packed = Gzip(Whole());
  ExpectDataLoss(packed + "x", "1 bytes follow the end of the gzip data, at byte " +
                                   std::to_string(packed.size()));
}

TEST(Idx, AWrongTypeIsAWrongBeginning) {
  std::string bytes = Whole();
  bytes[2] = 0x0a;
  ExpectDataLoss(Gzip(bytes),
                 "begins with 00000a03; an IDX file of bytes with 3 dimensions begins "
                 "with 00000803");
}

TEST(Idx, AWrongNumberOfDimensionsIsNamed) {
  ExpectDataLoss(Gzip(IdxBytes({12}, Counting(12, 256))), "says 1 dimensions; expected 3");
}

TEST(Idx, AHeaderThatEndsEarlyIsDataLoss) {
  ExpectDataLoss(Gzip(Whole().substr(0, 9)),
                 "ends at byte 9 of the unpacked data, 7 bytes too early");
}

TEST(Idx, FewerValuesThanPromisedIsDataLoss) {
  ExpectDataLoss(
      Gzip(IdxBytes({3, 2, 2}, Counting(11, 256))),
      "ends at byte 27 of the unpacked data, 1 bytes too early (the header promises 3 x 2 "
      "x 2 values)");
}

TEST(Idx, MoreValuesThanPromisedIsDataLoss) {
  ExpectDataLoss(Gzip(IdxBytes({3, 2, 2}, Counting(13, 256))),
                 "should end at byte 28, but goes on");
}

TEST(Idx, SizesThatNoFileOfThisLengthCanHoldAreRefusedBeforeAnyMemoryIsTaken) {
  ExpectDataLoss(Gzip(IdxBytes({0xffffffff, 0xffffffff, 0xffffffff}, {})), "cannot hold them");
  ExpectDataLoss(Gzip(IdxBytes({1u << 20, 28, 28}, Counting(100, 256))), "cannot hold them");
  ExpectDataLoss(IdxBytes({4, 28, 28}, Counting(100, 256)), "cannot hold them");
}

TEST(Idx, AnUnpackedFileIsMappedAndAPackedOneIsNot) {
  const DataFolder folder(10, 1);
  folder.Write("plain", Whole());
  folder.Write("packed", Gzip(Whole()));
  for (const char* name : {"plain", "packed"}) {
    const absl::StatusOr<FileArray> array = ReadIdx(folder.PathOf(name), 3);
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->bytes, Values()) << name;
    EXPECT_EQ(array->name, folder.PathOf(name));
    EXPECT_EQ(array->PlaceOf(3), "byte 19 of the unpacked data");
  }
}

TEST(Idx, MoreThanOneNumberOfDimensionsCanBeAllowed) {
  EXPECT_THAT(ParseIdx(IdxBytes({3, 2, 2}, Counting(12, 256)), {3, 4})->shape,
              ElementsAre(3, 2, 2));
  EXPECT_THAT(ParseIdx(IdxBytes({3, 2, 1, 2}, Counting(12, 256)), {3, 4})->shape,
              ElementsAre(3, 2, 1, 2));
  EXPECT_THAT(std::string(ParseIdx(IdxBytes({12}, Counting(12, 256)), {3, 4}).status().message()),
              HasSubstr("says 1 dimensions; expected 3 to 4"));
}

TEST(Idx, AMissingFileIsNotFoundAndADamagedOneIsNamed) {
  const DataFolder folder(10, 1);
  const std::string missing = folder.PathOf("missing.gz");
  EXPECT_EQ(ReadIdx(missing, 3).status().code(), absl::StatusCode::kNotFound);
  folder.Write("damaged.gz", Gzip(Whole()).substr(0, 20));
  EXPECT_THAT(std::string(ReadIdx(folder.PathOf("damaged.gz"), 3).status().message()),
              HasSubstr(folder.PathOf("damaged.gz") + ": the gzip data is cut off"));
}

TEST(Idx, AFolderInPlaceOfAFileIsAnError) {
  const DataFolder folder(10, 1);
  EXPECT_FALSE(ReadIdx(folder.path(), 3).ok());
}

}  // namespace
}  // namespace paceline
