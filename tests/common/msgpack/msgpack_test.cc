#include "common/msgpack/msgpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace paceline {
namespace {

using ::testing::HasSubstr;
using Kind = MsgpackValue::Kind;

// "81 a1 61 01" as bytes.
std::string Bytes(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size();) {
    if (hex[i] == ' ') {
      ++i;
      continue;
    }
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    i += 2;
  }
  return bytes;
}

std::string ErrorOf(const std::string& bytes) {
  const auto value = ParseMsgpack(bytes);
  if (value.ok()) return "no error";
  EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(value.status().message());
}

TEST(Msgpack, EveryFormOfAWholeNumberIsRead) {
  const struct {
    std::string hex;
    int64_t value;
  } kCases[] = {{"00", 0},
                {"7f", 127},
                {"e0", -32},
                {"ff", -1},
                {"cc ff", 255},
                {"cd 01 00", 256},
                {"ce ff ff ff ff", 4294967295},
                {"cf 7f ff ff ff ff ff ff ff", INT64_MAX},
                {"d0 80", -128},
                {"d1 ff 7f", -129},
                {"d2 80 00 00 00", INT32_MIN},
                {"d3 80 00 00 00 00 00 00 00", INT64_MIN}};
  for (const auto& test : kCases) {
    const std::string bytes = Bytes(test.hex);
    const auto value = ParseMsgpack(bytes);
    ASSERT_TRUE(value.ok()) << test.hex << value.status();
    EXPECT_EQ(value->kind, Kind::kInteger);
    EXPECT_EQ(value->integer, test.value) << test.hex;
  }
}

TEST(Msgpack, EveryOtherKindIsRead) {
  const std::string bytes = Bytes(
      "98 c0 c3 ca 3f 80 00 00 cb 3f f8 00 00 00 00 00 00 a2 68 69 c4 01 00 d4 07 2a 81 a1 "
      "6b 90");
  const auto value = ParseMsgpack(bytes);
  ASSERT_TRUE(value.ok()) << value.status();
  const auto& items = value->items;
  ASSERT_EQ(items.size(), 8u);
  EXPECT_EQ(items[0].kind, Kind::kNil);
  EXPECT_TRUE(items[1].boolean);
  EXPECT_EQ(items[2].number, 1.0);
  EXPECT_EQ(items[3].number, 1.5);
  EXPECT_EQ(items[4].data, "hi");
  EXPECT_EQ(items[5].data, std::string_view("\0", 1));
  EXPECT_EQ(items[6].extension, 7);
  EXPECT_EQ(items[6].data, "*");
  ASSERT_NE(items[7].Find("k"), nullptr);
  EXPECT_EQ(items[7].Find("k")->kind, Kind::kArray);
  EXPECT_EQ(items[7].Find("other"), nullptr);
}

// Sizes at which the form changes.
TEST(Msgpack, ReadsBackWhatItWrites) {
  for (const size_t size : {0, 1, 2, 4, 8, 15, 16, 17, 31, 32, 255, 256, 65535, 65536, 70000}) {
    const std::string text(size, 'x');
    MsgpackWriter writer;
    writer.ArrayHeader(5);
    writer.Integer(size);
    writer.Text(text);
    writer.Binary(text);
    writer.Extension(-3, text);
    writer.ArrayHeader(size);
    for (size_t i = 0; i < size; ++i) writer.Integer(i);
    const auto value = ParseMsgpack(writer.bytes());
    ASSERT_TRUE(value.ok()) << size << value.status();
    EXPECT_EQ(value->items[0].integer, static_cast<int64_t>(size));
    EXPECT_EQ(value->items[1].data, text);
    EXPECT_EQ(value->items[1].kind, Kind::kText);
    EXPECT_EQ(value->items[2].kind, Kind::kBinary);
    EXPECT_EQ(value->items[2].data, text);
    EXPECT_EQ(value->items[3].data, text);
    EXPECT_EQ(value->items[3].extension, -3);
    ASSERT_EQ(value->items[4].items.size(), size);
    if (size > 0) {
      EXPECT_EQ(value->items[4].items.back().integer, static_cast<int64_t>(size - 1));
    }
  }
}

TEST(Msgpack, MapsOfEverySizeAreReadBack) {
  for (const uint32_t size : {0u, 15u, 16u, 65536u}) {
    MsgpackWriter writer;
    writer.MapHeader(size);
    for (uint32_t i = 0; i < size; ++i) {
      writer.Text(std::to_string(i));
      writer.Integer(uint64_t{i} << 20);
    }
    const auto value = ParseMsgpack(writer.bytes());
    ASSERT_TRUE(value.ok()) << value.status();
    ASSERT_EQ(value->entries.size(), size);
    if (size > 0) {
      EXPECT_EQ(value->entries.back().value.integer, int64_t{size - 1} << 20);
    }
  }
}

TEST(Msgpack, HostileBytesAreRefusedWithTheirPlace) {
  const struct {
    std::string hex, words;
  } kCases[] = {
      {"", "a value is missing"},
      {"00 00", "at byte 1, the value ends here, but the file has 2 bytes"},
      {"c1", "0xc1"},
      {"cd 01", "2 bytes are announced, but only 1 are left"},
      {"c6 ff ff ff ff", "4294967295 bytes are announced, but only 0 are left"},
      {"db ff ff ff ff 61", "4294967295 bytes are announced"},
      {"dd ff ff ff ff 00", "4294967295 bytes are announced"},
      {"df ff ff ff ff a1 61 00", "8589934590 bytes are announced"},
      {"c9 ff ff ff ff 01", "4294967295 bytes are announced"},
      {"d8 01 00", "16 bytes are announced"},
      {"92 00", "2 bytes are announced, but only 1 are left"},
      {"82 a1 61 00 a1 61 00", "one key twice"},
      {"81 01 00", "key is a whole number; text is expected"},
      {"81 c0 00", "key is nil; text is expected"},
      {"cf ff ff ff ff ff ff ff ff", "18446744073709551615 does not fit"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(ErrorOf(Bytes(test.hex)), HasSubstr(test.words)) << test.hex;
  }
}

TEST(Msgpack, DeepNestingIsRefused) {
  EXPECT_THAT(ErrorOf(std::string(100000, '\x91') + "\x01"), HasSubstr("nested deeper than 32"));
  EXPECT_EQ(ErrorOf(std::string(32, '\x91') + "\x01"), "no error");
}

TEST(Msgpack, AMillionOfValuesIsEnough) {
  MsgpackWriter writer;
  writer.ArrayHeader(1000000);
  EXPECT_THAT(ErrorOf(writer.bytes() + std::string(1000000, '\xc0')), HasSubstr("over 1000000"));
}

TEST(Msgpack, DamageNeverCrashes) {
  MsgpackWriter writer;
  writer.MapHeader(2);
  writer.Text("array");
  writer.ArrayHeader(2);
  writer.Integer(300);
  writer.Extension(1, "payload");
  writer.Text("text");
  writer.Binary("binary");
  std::mt19937 random(7);
  for (int trial = 0; trial < 20000; ++trial) {
    std::string bytes = writer.bytes();
    for (int edits = 1 + random() % 3; edits > 0; --edits) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % (bytes.size() + 1));
    const auto value = ParseMsgpack(bytes);
    if (!value.ok()) {
      EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace paceline
