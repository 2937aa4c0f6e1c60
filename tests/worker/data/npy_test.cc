#include "worker/data/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/data/idx_files.h"
#include "tests/worker/data/made_files.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kTwelve = BytesOfValues(Counting(12, 256));

std::string Whole() { return NpyBytes("|u1", "(3, 2, 2)", kTwelve); }

void ExpectDataLoss(std::string_view bytes, std::string_view message) {
  const absl::Status status = ParseNpy(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status << " " << message;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(message)));
}

TEST(Npy, AWholeFileGivesItsShapeAndItsValuesWhereTheyLie) {
  const std::string bytes = Whole();
  const auto array = ParseNpy(bytes);
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_EQ(array->type, ElementType::kU8);
  EXPECT_THAT(array->shape, ElementsAre(3, 2, 2));
  EXPECT_EQ(array->bytes, kTwelve);
  EXPECT_EQ(array->bytes.data(), bytes.data() + array->begin);
  EXPECT_EQ(array->PlaceOf(5), "byte 133");
}

TEST(Npy, EveryTypeThatImagesAndLabelsHaveIsRead) {
  const auto floats = NpyBytes("<f4", "(2,)", BytesOfValues<float>({0.5f, -1}));
  EXPECT_EQ(ParseNpy(floats)->At<float>(1), -1);
  const auto ints = NpyBytes("<i4", "(2,)", BytesOfValues<int32_t>({7, -9}));
  EXPECT_EQ(ParseNpy(ints)->At<int32_t>(1), -9);
  const auto longs = NpyBytes("<i8", "(2,)", BytesOfValues<int64_t>({7, int64_t{1} << 40}));
  EXPECT_EQ(ParseNpy(longs)->At<int64_t>(1), int64_t{1} << 40);
}

TEST(Npy, EveryFormOfTheHeaderThatPythonReadsIsRead) {
  const std::string_view headers[] = {
      "{'descr': '|u1', 'fortran_order': False, 'shape': (12,), }\n",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (12,)}",
      "{\"shape\":(12,),\"descr\":\"|u1\",\"fortran_order\":False}",
      "  { 'descr' : '|u1' ,\n'fortran_order' : False , 'shape' : ( 12 , ) } \n",
  };
  for (const std::string_view header : headers) {
    for (const char version : {1, 2}) {
      const std::string bytes = NpyFile(header, kTwelve, version);
      const auto array = ParseNpy(bytes);
      ASSERT_TRUE(array.ok()) << header << array.status();
      EXPECT_THAT(array->shape, ElementsAre(12)) << header;
      EXPECT_EQ(array->bytes, kTwelve) << header;
    }
  }
}

TEST(Npy, AScalarAndAnArrayOfNothingAreFine) {
  const std::string scalar = NpyBytes("|u1", "()", "x"), nothing = NpyBytes("|u1", "(0, 9)", "");
  EXPECT_THAT(ParseNpy(scalar)->shape, IsEmpty());
  EXPECT_THAT(ParseNpy(nothing)->bytes, IsEmpty());
}

TEST(Npy, EveryTruncationIsDataLoss) {
  const std::string whole = Whole();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(ParseNpy(whole.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST(Npy, WhatIsDamagedIsSaidAtItsPlace) {
  std::string version = Whole();
  version[6] = 3;
  const std::string huge = "(4294967296, 4294967296, 4294967296)";
  const std::pair<std::string, const char*> faults[] = {
      {"hello", "does not begin with \\x93NUMPY"},
      {Whole().substr(0, 7), "ends at byte 7, within the header"},
      {version, "bytes 6 and 7 say version 3.0; expected 1.0 or 2.0"},
      {Whole().substr(0, 60), "bytes 8 to 9 promise a header of 118 bytes, but the file ends 50"},
      {Whole() + "x",
       "promises 3 x 2 x 2 values of type uint8, but 13 bytes follow it at byte 128"},
      {NpyBytes("<f4", "(3, 2, 2)", kTwelve), "12 bytes follow it at byte 128"},
      {NpyBytes("|u1", huge, kTwelve), "but 12 bytes follow it"},
      {NpyBytes("|u1", "(99999999999999999999,)", kTwelve), "the header cannot be read at byte 61"},
      {NpyBytes("|u1", "(12)", kTwelve), "the header cannot be read at byte"},
      {NpyBytes("|u1", "(-12,)", kTwelve), "the header cannot be read at byte 61"},
      {NpyBytes(">f4", "(3,)", kTwelve),
       "values of type '>f4', which are not read; expected '|u1'"},
      {NpyBytes("|O\n", "(3,)", kTwelve), "values of type '|O?'"},
      {NpyFile("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (12,)}", kTwelve),
       "the header cannot be read at byte 20"},
      {NpyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (12,)}", kTwelve),
       "Fortran order, which is not read"},
      {NpyFile("{'descr': '|u1', 'fortran_order': False}", kTwelve), "lacks one of"},
      {NpyFile("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (12,)}", kTwelve),
       "the header cannot be read at byte 35"},
      {NpyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (12,), 'more': 1}", kTwelve),
       "the header cannot be read"},
      {NpyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (12,)} x", kTwelve),
       "the header cannot be read"},
      {NpyFile("{'descr': '|u1", kTwelve), "the header cannot be read"},
      {NpyFile("", kTwelve), "the header cannot be read at byte 10"},
  };
  for (const auto& [bytes, message] : faults) ExpectDataLoss(bytes, message);
}

TEST(Npy, AFlippedBitIsFoundOrChangesNoMoreThanItsValue) {
  const std::string whole = Whole();
  int found = 0;
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
    const auto array = ParseNpy(damaged);
    if (!array.ok()) {
      ++found;
    } else {
      EXPECT_EQ(array->bytes.size(), 12u) << bit;
    }
  }
  EXPECT_GT(found, 500);
}

TEST(Npy, AFileIsMappedAndErrorsNameIt) {
  const TemporaryFolder folder;
  folder.Write("x.npy", Whole());
  folder.Write("damaged.npy", "hello");
  const auto array = ReadNpy(folder.PathOf("x.npy"));
  ASSERT_TRUE(array.ok()) << array.status();
  folder.Remove("x.npy");
  EXPECT_EQ(array->bytes, kTwelve);
  EXPECT_EQ(array->name, folder.PathOf("x.npy"));
  EXPECT_EQ(ReadNpy(folder.PathOf("x.npy")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(ReadNpy(folder.PathOf("damaged.npy")).status().message()),
              HasSubstr(folder.PathOf("damaged.npy") + ": does not begin"));
}

}  // namespace
}  // namespace paceline
