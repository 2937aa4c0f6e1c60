#include "coordinator/series/series_file.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

class SeriesFileTest : public ::testing::Test {
 protected:
  SeriesFile Open() { return *SeriesFile::Open(job_); }
  void Append(int64_t rows) {
    SeriesFile file = Open();
    std::vector<std::vector<float>> more;
    for (int64_t i = 0; i < rows; ++i) {
      const auto step = static_cast<float>(file.rows() + i + 1);
      more.push_back({step, -step, 0.5f * step});
    }
    EXPECT_TRUE(file.Append(more).ok());
  }
  std::vector<float> Read(int64_t first, int64_t last) {
    std::vector<float> values;
    int64_t expected = first;
    const absl::Status status = Open().Read(first, last, [&](int64_t step, auto row) {
      EXPECT_EQ(step, expected++);
      EXPECT_EQ(row.size(), 3u);
      values.push_back(row[0]);
    });
    EXPECT_TRUE(status.ok()) << status;
    return values;
  }
  void Damage(int64_t at) {
    std::fstream file(job_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put('\x7e');
  }

  TemporaryFolder folder_;
  SeriesFile::Job job_{.path = folder_.path() + "/series.bin", .born = 5, .metrics = 3};
};

TEST_F(SeriesFileTest, RowsAreThereAgainAfterwards) {
  Append(3);
  Append(20'000);
  EXPECT_EQ(Open().rows(), 20'003);
  EXPECT_EQ(Read(2, 4), (std::vector<float>{2, 3, 4}));
  EXPECT_EQ(Read(20'002, 30'000), (std::vector<float>{20'002, 20'003}));
  EXPECT_TRUE(Read(20'004, 30'000).empty());
}

TEST_F(SeriesFileTest, OfADamagedFileTheRowsBeforeTheDamageStay) {
  Append(100);
  const int64_t row_bytes = 16, head = 32;
  Damage(head + 40 * row_bytes + 5);
  EXPECT_EQ(Open().rows(), 40);
  Append(60);
  EXPECT_EQ(Read(39, 42), (std::vector<float>{39, 40, 41, 42}));
  EXPECT_EQ(Open().rows(), 100);
  std::filesystem::resize_file(job_.path, head + 50 * row_bytes + 7);
  EXPECT_EQ(Open().rows(), 50);
  std::filesystem::resize_file(job_.path, 10);
  EXPECT_EQ(Open().rows(), 0);
}

TEST_F(SeriesFileTest, OneOfAnotherJobBeginsAnew) {
  Append(10);
  job_.born = 6;
  EXPECT_EQ(Open().rows(), 0);
  Append(10);
  job_.metrics = 4;
  EXPECT_EQ(Open().rows(), 0);
}

TEST_F(SeriesFileTest, WithoutAFolderThereIsNone) {
  job_.path = folder_.path() + "/gone/series.bin";
  EXPECT_EQ(SeriesFile::Open(job_).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace paceline
