#include "worker/data/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/worker/data/file_folder.h"
#include "tests/worker/data/idx_files.h"
#include "worker/data/dataset.h"

namespace paceline {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Loaded = absl::StatusOr<std::shared_ptr<const TableData>>;

v1::Table Use(uint32_t features, uint32_t classes, const std::string& target = "y") {
  v1::Table use;
  use.set_path("table.csv");
  use.set_target(target);
  use.set_features(features);
  use.set_classes(classes);
  return use;
}

// Row r: r, a name in the middle, r² as a fraction.
std::string Rows(int count, const std::vector<std::string>& names = {"red", "blue"}) {
  std::string text = "x,y,z\n";
  for (int row = 0; row < count; ++row) {
    text += std::to_string(row) + "," + names[static_cast<size_t>(row) % names.size()] + "," +
            std::to_string(row * row / 8.0) + "\n";
  }
  return text;
}

std::vector<const TableRows*> SplitsOf(const TableData& data) {
  return {&data.train, &data.inner_valid, &data.outer_valid, &data.test};
}

void ExpectError(const Loaded& data, absl::StatusCode code, std::string_view message) {
  EXPECT_EQ(data.status().code(), code) << data.status();
  EXPECT_THAT(std::string(data.status().message()), HasSubstr(std::string(message)));
}

void ExpectDataLoss(std::string_view csv, const v1::Table& use, std::string_view message) {
  ExpectError(TableOf(csv, use), absl::StatusCode::kDataLoss, message);
}

TEST(Table, IsSplitInto70And10And10And10Percent) {
  const auto data = TableOf(Rows(40), Use(2, 2));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->train.count(), 28u);
  EXPECT_EQ((*data)->inner_valid.count(), 4u);
  EXPECT_EQ((*data)->outer_valid.count(), 4u);
  EXPECT_EQ((*data)->test.count(), 4u);
  for (const TableRows* rows : SplitsOf(**data)) {
    EXPECT_EQ(rows->features.size(), 2 * rows->count());
    EXPECT_EQ(rows->targets.size(), 0u);
  }
}

TEST(Table, EveryRowIsInOneSplitInAnOrderThatOnlyItsContentMakes) {
  const auto data = TableOf(Rows(40), Use(2, 2)), again = TableOf(Rows(40), Use(2, 2));
  std::vector<float> all;
  for (const TableRows* rows : SplitsOf(**data)) {
    for (size_t row = 0; row < rows->count(); ++row) all.push_back(rows->features[2 * row]);
  }
  EXPECT_EQ(std::set<float>(all.begin(), all.end()).size(), 40u);
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ((*data)->train.features, (*again)->train.features);
  const auto other = TableOf(Rows(41), Use(2, 2));
  EXPECT_NE((*data)->test.labels, (*other)->test.labels);
}

TEST(Table, FeaturesAreStandardisedByTheTrainingSplit) {
  const auto data = TableOf(Rows(200), Use(2, 2));
  ASSERT_TRUE(data.ok()) << data.status();
  const std::vector<float>& train = (*data)->train.features;
  for (size_t column = 0; column < 2; ++column) {
    double sum = 0, squares = 0;
    for (size_t i = column; i < train.size(); i += 2) {
      sum += train[i];
      squares += double{train[i]} * train[i];
    }
    EXPECT_NEAR(sum / 140, 0, 1e-6);
    EXPECT_NEAR(squares / 140, 1, 1e-6);
  }
}

// x is the row's number and z a function of it, so that all splits show the same mean and
// deviation.
TEST(Table, AllSplitsAreStandardisedAlike) {
  const auto data = TableOf(Rows(200), Use(2, 2));
  std::vector<float> x;
  for (const TableRows* rows : SplitsOf(**data)) {
    for (size_t row = 0; row < rows->count(); ++row) x.push_back(rows->features[2 * row]);
  }
  std::sort(x.begin(), x.end());
  for (size_t i = 2; i < x.size(); ++i) EXPECT_NEAR(x[i] - x[i - 1], x[1] - x[0], 1e-5);
}

TEST(Table, AColumnThatIsConstantInTrainingIsZero) {
  std::string csv = "x,y\n";
  for (int row = 0; row < 30; ++row) csv += "0.1," + std::to_string(row) + "\n";
  const auto data = TableOf(csv, Use(1, 0));
  ASSERT_TRUE(data.ok()) << data.status();
  for (const TableRows* rows : SplitsOf(**data)) EXPECT_THAT(rows->features, Each(0.0f));
}

TEST(Table, WholeNumbersAreTheirOwnLabels) {
  const auto data = TableOf(Rows(40, {"2", "0"}), Use(2, 3));
  ASSERT_TRUE(data.ok()) << data.status();
  std::set<int32_t> labels((*data)->train.labels.begin(), (*data)->train.labels.end());
  EXPECT_EQ(labels, (std::set<int32_t>{0, 2}));
}

// Rows alternate, so that a label tells of the row's x whether it was even.
TEST(Table, NamesAreNumberedInTheirOrder) {
  const auto data = TableOf(Rows(40), Use(2, 2));
  ASSERT_TRUE(data.ok()) << data.status();
  float lowest = 0;
  int32_t label = -1;
  for (const TableRows* rows : SplitsOf(**data)) {
    for (size_t row = 0; row < rows->count(); ++row) {
      if (rows->features[2 * row] >= lowest && label >= 0) continue;
      lowest = rows->features[2 * row];
      label = rows->labels[row];
    }
  }
  EXPECT_EQ(label, 1);  // row 0 is red, and blue comes before it
  EXPECT_TRUE(TableOf(Rows(40, {"1", "2", "3"}), Use(2, 3)).ok());
}

TEST(Table, WithoutClassesTheTargetIsAStandardisedNumber) {
  std::string csv = "x,y\n";
  for (int row = 0; row < 100; ++row) {
    csv += std::to_string(row) + "," + std::to_string(7 - 3 * row) + "\n";
  }
  const auto data = TableOf(csv, Use(1, 0));
  ASSERT_TRUE(data.ok()) << data.status();
  for (const TableRows* rows : SplitsOf(**data)) {
    ASSERT_EQ(rows->targets.size(), rows->count());
    EXPECT_TRUE(rows->labels.empty());
    for (size_t i = 0; i < rows->count(); ++i) {
      EXPECT_NEAR(rows->targets[i], -rows->features[i], 1e-5);
    }
  }
}

TEST(Table, HowItIsWrittenDoesNotCount) {
  std::string quoted;
  for (const char c : Rows(40)) quoted += c == '\n' ? "\r\n" : std::string(1, c);
  quoted.replace(quoted.find("red"), 3, "\"red\"");
  const auto plain = TableOf(Rows(40), Use(2, 2));
  const auto other = TableOf("\xEF\xBB\xBF" + quoted, Use(2, 2));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*plain)->digest, (*other)->digest);
  EXPECT_EQ((*plain)->train.features, (*other)->train.features);
  EXPECT_NE((*plain)->digest, (*TableOf(Rows(41), Use(2, 2)))->digest);
}

TEST(Table, AColumnOfAnotherKindIsNamedWithItsLine) {
  std::string csv = Rows(40);
  csv.replace(csv.find("\n5,"), 3, "\nfive,");
  ExpectDataLoss(csv, Use(2, 2),
                 "line 7, column 1 (\"x\"): \"five\" is no number that a float32 holds");
  for (const char* bad : {"", "1e39", "nan", "inf", "0x10", "1,5", "1.5.", "--1", "+-1", "1 2"}) {
    std::string text = Rows(40);
    text.replace(text.find("\n5,"), 3, std::string("\n\"") + bad + "\",");
    ExpectDataLoss(text, Use(2, 2), "line 7, column 1");
  }
  for (const char* good : {"+1", " 1.5\t", "-2e3", "1e-300", ".5", "5."}) {
    std::string text = Rows(40);
    text.replace(text.find("\n5,"), 3, std::string("\n") + good + ",");
    EXPECT_TRUE(TableOf(text, Use(2, 2)).ok()) << good;
  }
}

TEST(Table, RowsOfAnotherLengthAreNamed) {
  ExpectDataLoss(Rows(40) + "1,red\n", Use(2, 2), "line 42: 2 fields; expected 3 as in line 1");
  ExpectDataLoss(Rows(40) + "\n", Use(2, 2), "line 42: 1 fields; expected 3 as in line 1");
  ExpectDataLoss(Rows(40) + "1,red,2,3\n", Use(2, 2), "line 42: 4 fields; expected 3");
}

TEST(Table, TargetsThatAreNoClassesAreNamed) {
  ExpectDataLoss(Rows(40, {"0", "1", "2"}), Use(2, 2),
                 "line 4, column 2 (\"y\"): \"2\" is no whole number from 0 to 1; expected these "
                 "alone, or 2 different names in the column, which has 3");
  ExpectDataLoss(Rows(40), Use(2, 3), "3 different names in the column, which has 2");
  ExpectDataLoss(Rows(40), Use(2, 0),
                 "line 2, column 2 (\"y\"): \"red\" is no number that a float32 holds");
}

TEST(Table, ATableThatIsAnotherThanTheConfigSaysIsAnInvalidArgument) {
  ExpectError(TableOf(Rows(40), Use(2, 2, "colour")), absl::StatusCode::kInvalidArgument,
              "has no column \"colour\" (the target); it has \"x\", \"y\", \"z\"");
  ExpectError(TableOf(Rows(40), Use(3, 2)), absl::StatusCode::kInvalidArgument,
              "has 2 columns beside \"y\", but `features` is 3");
}

TEST(Table, TwoColumnsOfOneNameAreDataLoss) {
  ExpectDataLoss("x,y,x\n1,2,3\n", Use(2, 0), "line 1, column 3: a second column is named \"x\"");
}

TEST(Table, TooFewRowsForFourSplitsAreDataLoss) {
  ExpectDataLoss(Rows(9), Use(2, 2), "holds 9 rows; expected at least 10 for four splits");
  ExpectDataLoss("", Use(2, 2), "is empty; expected a line with the columns' names");
  EXPECT_TRUE(TableOf(Rows(10), Use(2, 2)).ok());
}

TEST(Table, NumbersThatAreOutOfAllProportionAreDataLoss) {
  std::string csv = "x,y\n";
  for (int row = 0; row < 40; ++row)
    csv += (row % 2 ? "1e-38," : "0,") + std::to_string(row) + "\n";
  // One of the four rows of a split beside the training split.
  const auto with = [&](int row) {
    std::string text = csv;
    const std::string line = "," + std::to_string(row) + "\n";
    const size_t end = text.find(line);
    const size_t begin = text.rfind('\n', end) + 1;
    return text.replace(begin, end - begin, "3e38");
  };
  int refused = 0;
  for (int row = 0; row < 40; ++row) {
    const auto data = TableOf(with(row), Use(1, 0));
    if (data.ok()) {
      for (const TableRows* rows : SplitsOf(**data)) {
        for (const float value : rows->features) EXPECT_TRUE(std::isfinite(value));
      }
      continue;
    }
    ExpectError(data, absl::StatusCode::kDataLoss, "column \"x\": a number is further");
    ++refused;
  }
  EXPECT_GT(refused, 2);
  EXPECT_LT(refused, 30);
}

TEST(Table, TheStoreReadsItOnceBelowItsFolderPackedOrNot) {
  const FileFolder folder;
  folder.Write("table.csv", Rows(40));
  folder.Write("packed.csv.gz", Gzip(Rows(40)));
  DataStore store(folder.path());
  const auto first = store.Table(Use(2, 2));
  ASSERT_TRUE(first.ok()) << first.status();
  v1::Table packed = Use(2, 2);
  packed.set_path(folder.PathOf("packed.csv.gz"));
  ASSERT_TRUE(store.Table(packed).ok());
  EXPECT_EQ((*store.Table(packed))->digest, (*first)->digest);
  std::filesystem::remove(folder.PathOf("table.csv"));
  EXPECT_EQ(*store.Table(Use(2, 2)), *first);
  EXPECT_EQ(*store.Digest(Use(2, 2)), (DataDigest{"table.csv", (*first)->digest}));
}

TEST(Table, TheTablesThatSetupInstallsAreRead) {
  DataStore store;
  v1::Table iris = Use(4, 3, "species"), wine = Use(13, 3, "cultivar");
  iris.set_path("tables/iris.csv");
  wine.set_path("tables/wine.csv");
  for (const auto& [use, rows] : {std::pair(iris, 150u), std::pair(wine, 178u)}) {
    const auto data = store.Table(use);
    if (absl::IsNotFound(data.status())) {
      GTEST_SKIP() << "*** NOT TESTED: " << data.status() << " ***";
    }
    ASSERT_TRUE(data.ok()) << data.status();
    size_t count = 0;
    for (const TableRows* split : SplitsOf(**data)) count += split->count();
    EXPECT_EQ(count, rows);
  }
}

TEST(Table, FaultsNameTheFile) {
  const FileFolder folder;
  DataStore store(folder.path());
  ExpectError(store.Table(Use(2, 2)), absl::StatusCode::kNotFound, folder.PathOf("table.csv"));
  folder.Write("table.csv", "x,y,z\n1,\"2\n");
  EXPECT_THAT(std::string(store.Table(Use(2, 2)).status().message()),
              StartsWith(folder.PathOf("table.csv") + ": line 2, column 2: the quote"));
  folder.Write("table.csv", Gzip(Rows(40)).substr(0, 50));
  ExpectError(store.Table(Use(2, 2)), absl::StatusCode::kDataLoss, "the gzip data is cut off");
  v1::Table self = Use(2, 2);
  self.set_path(".");
  ExpectError(store.Table(self), absl::StatusCode::kInvalidArgument,
              "is a folder; expected a file");
}

}  // namespace
}  // namespace paceline
