#include "common/safetensors/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string FileOf(const std::string& header, const std::string& data = "") {
  const uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string Entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string ErrorOf(const std::string& bytes) {
  const auto file = ParseSafetensors(bytes);
  if (file.ok()) return "no error";
  EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(file.status().message());
}

std::string ErrorOfHeader(const std::string& header, const std::string& data = "") {
  return ErrorOf(FileOf(header, data));
}

TensorFile Sample() {
  TensorFile file;
  file.tensors["nn/~/w0"] = Tensor::F32({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6.5f});
  file.tensors["scalar"] = Tensor::F32({}, std::vector<float>{-7});
  file.tensors["empty"] = Tensor::F32({0, 4}, {});
  file.tensors["flags"] = {DType::kU8, {3}, std::string("\1\0\2", 3)};
  file.tensors["wide"] = {DType::kF64, {1}, std::string("\0\0\0\0\0\0\xf8\x3f", 8)};
  file.metadata = {{"kind", "sample"}, {"note", "\"quoted\" and ünïcode"}};
  return file;
}

TEST(Safetensors, AViewShowsTheTensorsWhereTheyLie) {
  const std::string bytes = SerializeSafetensors(Sample());
  const auto view = ViewSafetensors(bytes);
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->metadata, Sample().metadata);
  ASSERT_EQ(view->tensors.size(), 5u);
  for (const auto& [name, tensor] : view->tensors) {
    const Tensor expected = Sample().tensors.at(name);
    EXPECT_EQ(tensor.dtype, expected.dtype) << name;
    EXPECT_EQ(tensor.shape, expected.shape) << name;
    EXPECT_EQ(tensor.data, expected.data) << name;
    EXPECT_GE(tensor.data.data(), bytes.data()) << name;
    EXPECT_LE(tensor.data.data() + tensor.data.size(), bytes.data() + bytes.size()) << name;
  }
}

TEST(Safetensors, ReadsBackWhatItWrites) {
  const auto file = ParseSafetensors(SerializeSafetensors(Sample()));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->metadata, Sample().metadata);
  ASSERT_EQ(file->tensors.size(), 5u);
  EXPECT_THAT(file->tensors.at("nn/~/w0").f32(), ElementsAre(1, 2, 3, 4, 5, 6.5f));
  EXPECT_THAT(file->tensors.at("nn/~/w0").shape, ElementsAre(2, 3));
  EXPECT_THAT(file->tensors.at("scalar").f32(), ElementsAre(-7));
  EXPECT_TRUE(file->tensors.at("scalar").shape.empty());
  EXPECT_EQ(file->tensors.at("empty").elements(), 0u);
  EXPECT_THAT(file->tensors.at("flags").u8(), ElementsAre(1, 0, 2));
  EXPECT_THAT(file->tensors.at("wide").f64(), ElementsAre(1.5));
}

TEST(Safetensors, WritesTheSameBytesEveryTimeWithAlignedData) {
  const std::string bytes = SerializeSafetensors(Sample());
  EXPECT_EQ(bytes, SerializeSafetensors(Sample()));
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_THAT(bytes, HasSubstr(R"("wide":{"data_offsets":[0,8])"));
}

TEST(Safetensors, ReadsAFileOfNothing) {
  const auto file = ParseSafetensors(FileOf("{}"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->tensors.empty());
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const std::string bytes = SerializeSafetensors(Sample());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseSafetensors(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ParseSafetensors(bytes + "x").ok());
}

TEST(Safetensors, MutatedBytesNeverCrash) {
  const std::string bytes = SerializeSafetensors(Sample());
  for (size_t place = 0; place < bytes.size(); ++place) {
    for (const int change : {0x01, 0x20, 0x80, 0xff}) {
      std::string mutated = bytes;
      mutated[place] = static_cast<char>(mutated[place] ^ change);
      const auto file = ParseSafetensors(mutated);
      if (!file.ok()) {
        EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
      }
    }
  }
}

TEST(Safetensors, RandomlySplicedHeadersNeverCrash) {
  const std::string header =
      R"({"__metadata__":{"a":"b"},"t":)" + Entry("F32", "[1]", "[0,4]") + "}";
  const std::string pieces[] = {"{", "}", "[",  "]",    "\"",   ",",
                                ":", "0", "-1", "1e99", "null", "\\u0000"};
  std::mt19937 random(5);
  for (int trial = 0; trial < 20000; ++trial) {
    std::string changed = header;
    for (int edits = 1 + random() % 3; edits > 0; --edits) {
      changed.replace(random() % changed.size(), random() % 3, pieces[random() % 12]);
    }
    const auto file = ParseSafetensors(FileOf(changed, "abcd"));
    if (file.ok()) {
      for (const auto& [name, tensor] : file->tensors) EXPECT_LE(tensor.data.size(), 4u);
    }
  }
}

TEST(Safetensors, AHeaderLengthBeyondTheFileOrTheLimitIsRefused) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("only 0 bytes"));
  EXPECT_THAT(ErrorOf(std::string(8, '\xff')), HasSubstr("at most 100000000"));
  std::string bytes = FileOf("{}");
  bytes[0] = 3;
  EXPECT_THAT(ErrorOf(bytes), HasSubstr("a header of 3 bytes in a file of 10"));
}

TEST(Safetensors, AHeaderThatIsNotAnObjectIsRefused) {
  EXPECT_THAT(ErrorOfHeader(""), HasSubstr("not JSON"));
  EXPECT_THAT(ErrorOfHeader("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(ErrorOfHeader("7"), HasSubstr("not a JSON object"));
  EXPECT_THAT(ErrorOfHeader("{} {}"), HasSubstr("not JSON"));
  EXPECT_THAT(ErrorOfHeader("{\"\xff\":1}"), HasSubstr("not JSON"));
}

TEST(Safetensors, DeepNestingIsRefused) {
  EXPECT_THAT(ErrorOfHeader(std::string(200000, '[') + std::string(200000, ']')),
              HasSubstr("nested deeper"));
  std::string objects;
  for (int i = 0; i < 50000; ++i) objects += "{\"a\":";
  EXPECT_THAT(ErrorOfHeader(objects + "1" + std::string(50000, '}')),
              HasSubstr("is not an object of dtype"));
  EXPECT_THAT(ErrorOfHeader(R"({"t":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", "abcd"),
              HasSubstr("nested deeper"));
}

TEST(Safetensors, DuplicateNamesAreRefused) {
  const std::string entry = Entry("F32", "[1]", "[0,4]");
  EXPECT_THAT(ErrorOfHeader("{\"t\":" + entry + ",\"t\":" + entry + "}", "abcd"),
              HasSubstr("has \"t\" twice"));
  EXPECT_THAT(ErrorOfHeader(R"({"__metadata__":{"a":"1","a":"2"}})"), HasSubstr("twice"));
  EXPECT_THAT(
      ErrorOfHeader(R"({"t":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                    "abcd"),
      HasSubstr("twice"));
}

TEST(Safetensors, TheSameKeyInDifferentObjectsIsFine) {
  const auto file = ParseSafetensors(FileOf(
      "{\"dtype\":" + Entry("U8", "[1]", "[0,1]") + ",\"b\":" + Entry("U8", "[1]", "[1,2]") + "}",
      "xy"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->tensors.at("b").u8(), ElementsAre('y'));
}

TEST(Safetensors, FaultyEntriesAreRefusedByName) {
  const struct {
    std::string entry, error;
  } kCases[] = {
      {"1", "tensor \"t\" is not an object"},
      {R"({"dtype":"F32","shape":[1]})", "is not an object of dtype, shape and data_offsets"},
      {Entry("F7", "[1]", "[0,2]"), "a dtype that the format does not know: \"F7\""},
      {Entry("f32", "[1]", "[0,4]"), "a dtype that the format does not know: \"f32\""},
      {R"({"dtype":3,"shape":[1],"data_offsets":[0,4]})", "does not know: 3"},
      {Entry("F4", "[3]", "[0,2]"), "has 12 bits, which are no whole bytes"},
      {"null", "is not an object"},
      {Entry("F32", "1", "[0,4]"), "no shape array"},
      {Entry("F32", "[-1]", "[0,4]"), "not of whole sizes"},
      {Entry("F32", "[1.5]", "[0,4]"), "not of whole sizes"},
      {Entry("F32", "[4294967296,4294967296]", "[0,4]"), "product overflows"},
      {Entry("F32", "[9223372036854775808]", "[0,4]"), "not of whole sizes"},
      {Entry("F32", "[1]", "[0]"), "not two whole numbers"},
      {Entry("F32", "[1]", "[0,-4]"), "not two whole numbers"},
      {Entry("F32", "[1]", "[0,3]"), "4 bytes by its dtype and shape"},
      {Entry("F64", "[1]", "[0,4]"), "8 bytes by its dtype and shape"},
      {Entry("F32", "[1]", "[4,0]"), "data_offsets 4 to 0"},
      {Entry("F32", "[2]", "[0,8]"), "which has only 4 bytes"},
      {Entry("U8", "[2]", "[0,2]"), "cover 2 of 4 bytes"},
      {Entry("U8", "[2]", "[2,4]"), "gap or overlap"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(ErrorOfHeader("{\"t\":" + test.entry + "}", "abcd"), HasSubstr(test.error))
        << test.entry;
  }
}

TEST(Safetensors, OverlappingTensorsAreRefused) {
  EXPECT_THAT(ErrorOfHeader("{\"a\":" + Entry("U8", "[3]", "[0,3]") +
                                ",\"b\":" + Entry("U8", "[2]", "[2,4]") + "}",
                            "abcd"),
              HasSubstr("tensor \"b\" begins at byte 2"));
}

TEST(Safetensors, MetadataMustBeStrings) {
  EXPECT_THAT(ErrorOfHeader(R"({"__metadata__":[]})"), HasSubstr("not an object"));
  EXPECT_THAT(ErrorOfHeader(R"({"__metadata__":{"a":1}})"), HasSubstr("\"a\" is not a string"));
  EXPECT_THAT(ErrorOfHeader(R"({"__metadata__":{"a":null}})"), HasSubstr("is not a string"));
}

// What the format's own library takes beside what it writes.
TEST(Safetensors, WhatTheReferenceReaderTakesIsRead) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const std::string entry = R"("dtype":"F32","shape":[1],"data_offsets":[0,4])";
  const std::string headers[] = {
      "{\"__metadata__\":null,\"t\":{" + entry + "}}",
      "{\"t\":{" + entry + ",\"note\":\"x\"}}",
      "{\"t\":{\"note\":{\"dtype\":[1,{}]}," + entry + "}}",
      "{\"t\":{" + entry + ",\"note\":1,\"note\":2}}",
      "{\"t\":{" + entry + ",\"note\":" + deep + "},\"__metadata__\":{\"a\":\"b\"}}",
      "{\"t\":{" + entry + ",\"note\":" + deep + ",\"shape2\":{\"a\":" + deep + "}}}",
      " \n{\"t\":{" + entry + "}}\t\r\n  ",
      "{\"t\":{" + entry + "},\"\":" + Entry("F32", "[0]", "[0,0]") + "}",
      "{\"t\":{" + entry + "},\"b\":" + Entry("F64", "[2,0]", "[4,4]") + "}",
      "{\"t\":{" + entry + "},\"\\ud83d\\ude00 \\u0000 \u4e2d\":" + Entry("I8", "[0]", "[4,4]") +
          "}",
  };
  for (const std::string& header : headers) {
    const auto file = ParseSafetensors(FileOf(header, std::string("\0\0\x80\x3f", 4)));
    ASSERT_TRUE(file.ok()) << file.status() << header;
    EXPECT_THAT(file->tensors.at("t").f32(), ElementsAre(1)) << header;
  }
}

TEST(Safetensors, EveryElementTypeOfTheFormatIsCarriedAlong) {
  const std::pair<std::string, int> types[] = {
      {"BOOL", 8}, {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},
      {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8},     {"F8_E4M3FNUZ", 8},
      {"I16", 16}, {"U16", 16},    {"F16", 16},    {"F8_E5M2FNUZ", 8}, {"BF16", 16},
      {"I32", 32}, {"U32", 32},    {"F32", 32},    {"C64", 64},        {"F64", 64},
      {"I64", 64}, {"U64", 64}};
  for (const auto& [name, bits] : types) {
    const std::string data(bits * 4 / 8, 'x');
    const auto file = ParseSafetensors(FileOf(
        "{\"t\":" + Entry(name, "[2,2]", "[0," + std::to_string(data.size()) + "]") + "}", data));
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(file->tensors.at("t").elements(), 4u) << name;
    const auto again = ParseSafetensors(SerializeSafetensors(*file));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->tensors.at("t").dtype, file->tensors.at("t").dtype) << name;
    EXPECT_EQ(again->tensors.at("t").data, data) << name;
  }
}

TEST(Safetensors, AFileErrorNamesThePath) {
  const auto missing = ReadSafetensors("no/such/file.safetensors");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("no/such/file.safetensors"));

  const std::string path = ::testing::TempDir() + "/broken.safetensors";
  std::ofstream(path) << "nonsense";
  const auto broken = ReadSafetensors(path);
  EXPECT_EQ(broken.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(broken.status().message()), HasSubstr(path));
  std::filesystem::remove(path);
}

TEST(SafetensorsDeathTest, ReadingAsAnotherTypeIsAProgrammingError) {
  const Tensor tensor = Tensor::F32({1}, std::vector<float>{1});
  EXPECT_DEATH(tensor.f64(), "F32 was read as F64");
}

}  // namespace
}  // namespace paceline
