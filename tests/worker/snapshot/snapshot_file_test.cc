#include "worker/snapshot/snapshot_file.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr char kJob[] = "job\nconfig abc\n";
constexpr SnapshotName kName{.block = 3, .step = 12, .theta_hash = 77};

TensorFile State() {
  TensorFile state;
  state.tensors["a"] = Tensor::F32({2, 2}, std::vector<float>{1, 2, 3, 4});
  state.tensors["none"] = Tensor::F32({2, 0}, {});
  return state;
}

TEST(SnapshotFile, HoldsTheState) {
  const std::string bytes = SealSnapshot(State(), kJob, kName);
  const auto state = OpenSnapshot(bytes, kJob, kName);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->tensors.at("a").data, State().tensors["a"].data);
  EXPECT_EQ(state->tensors.at("none").shape, (std::vector<int64_t>{2, 0}));
}

TEST(SnapshotFile, CutOffAnywhereItIsRefused) {
  const std::string bytes = SealSnapshot(State(), kJob, kName);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto state = OpenSnapshot(std::string_view(bytes).substr(0, size), kJob, kName);
    EXPECT_TRUE(absl::IsDataLoss(state.status())) << size << ": " << state.status();
  }
}

// Blanks between the header and the data say nothing; all else is noticed.
TEST(SnapshotFile, WithABitFlippedAnywhereItIsRefused) {
  const std::string bytes = SealSnapshot(State(), kJob, kName);
  int taken = 0;
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << i % 8));
    const auto state = OpenSnapshot(damaged, kJob, kName);
    taken += state.ok() && bytes[i / 8] != ' ';
  }
  EXPECT_EQ(taken, 0);
}

TEST(SnapshotFile, OfSomethingElseItIsRefused) {
  const std::string bytes = SealSnapshot(State(), kJob, kName);
  const auto refusal = [&](const SnapshotJob& job, const SnapshotName& name) {
    const absl::Status status = OpenSnapshot(bytes, job, name).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(refusal("job\nconfig abd\n", kName), HasSubstr("its job is"));
  EXPECT_THAT(refusal(kJob, {.block = 4, .step = 12, .theta_hash = 77}), HasSubstr("its name is"));
  EXPECT_THAT(refusal(kJob, {.block = 3, .step = 13, .theta_hash = 77}), HasSubstr("its name is"));
  EXPECT_THAT(refusal(kJob, {.block = 3, .step = 12, .theta_hash = 78}), HasSubstr("its name is"));
  EXPECT_TRUE(absl::IsDataLoss(OpenSnapshot(SerializeSafetensors(State()), kJob, kName).status()))
      << "no snapshot at all";
}

}  // namespace
}  // namespace paceline
