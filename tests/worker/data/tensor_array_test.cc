#include "worker/data/tensor_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/safetensors/safetensors.h"
#include "tests/worker/data/made_files.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string TwoTensors() {
  TensorFile file;
  file.tensors["images"] = {DType::kU8, {2, 1, 3}, "abcdef"};
  file.tensors["labels"] = {DType::kI64, {2}, BytesOfValues<int64_t>({4, -5})};
  return SerializeSafetensors(file);
}

std::string OneTensor(DType dtype, std::string data) {
  TensorFile file;
  file.tensors["it"] = {dtype, {2}, std::move(data)};
  return SerializeSafetensors(file);
}

TEST(TensorArray, ATensorIsFoundByItsNameWhereItLies) {
  const std::string bytes = TwoTensors();
  const auto images = ParseTensorArray(bytes, "images");
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_EQ(images->type, ElementType::kU8);
  EXPECT_THAT(images->shape, ElementsAre(2, 1, 3));
  EXPECT_EQ(images->bytes, "abcdef");
  EXPECT_EQ(images->bytes.data(), bytes.data() + images->begin);
  EXPECT_EQ(ParseTensorArray(bytes, "labels")->At<int64_t>(1), -5);
}

TEST(TensorArray, TheOnlyTensorNeedsNoName) {
  const std::string bytes = OneTensor(DType::kF32, BytesOfValues<float>({0.5f, 2}));
  EXPECT_EQ(ParseTensorArray(bytes)->At<float>(1), 2);
  EXPECT_THAT(std::string(ParseTensorArray(TwoTensors()).status().message()),
              HasSubstr("holds 2 tensors; expected one"));
}

TEST(TensorArray, ATensorThatIsNotThereIsNotFound) {
  const absl::Status status = ParseTensorArray(TwoTensors(), "test_images").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("holds no tensor test_images"));
}

TEST(TensorArray, OtherTypesAreRefusedByName) {
  const absl::Status status = ParseTensorArray(OneTensor(DType::kBf16, "1234")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("tensor \"it\" is of type BF16, which is not read; expected U8, F32, I32"));
}

TEST(TensorArray, ADamagedFileIsDataLossUnderItsName) {
  const TemporaryFolder folder;
  folder.Write("x.safetensors", TwoTensors().substr(0, TwoTensors().size() - 1));
  const std::string path = folder.PathOf("x.safetensors");
  for (const absl::Status& status :
       {ReadTensorArray(path, "images").status(), TensorNames(path).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path + ": not a valid safetensors file"));
  }
  folder.Write("x.safetensors", TwoTensors());
  EXPECT_EQ(ReadTensorArray(path, "images")->name, path + ": tensor \"images\"");
  EXPECT_THAT(*TensorNames(path), ElementsAre("images", "labels"));
}

}  // namespace
}  // namespace paceline
