#include "common/trace/span_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/file.h"
#include "common/trace/tracer.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class SpanFileTest : public ::testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/spans.jsonl"; }
  std::unique_ptr<SpanFile> Open(uint64_t max_bytes = 64 << 20, size_t max_waiting = 16384) {
    auto file = SpanFile::Open({.path = Path(),
                                .resource = {.service = "test", .instance = "", .pid = 1},
                                .max_bytes = max_bytes,
                                .max_waiting = max_waiting});
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }
  // All that can be read in a file.
  static std::vector<SpanData> Read(const std::string& path) {
    std::vector<SpanData> spans;
    std::istringstream lines(ReadFile(path).value_or(""));
    for (std::string line; std::getline(lines, line);) {
      const auto batches = ReadOtlpLine(line);
      if (!batches.ok()) continue;
      for (const SpanBatch& batch : *batches) {
        spans.insert(spans.end(), batch.spans.begin(), batch.spans.end());
      }
    }
    return spans;
  }

  TemporaryFolder folder_;
};

TEST_F(SpanFileTest, WhatHasEndedIsInTheFileInOrder) {
  constexpr int kSpans = 2000;
  {
    const auto file = Open();
    Tracer tracer(*file);
    for (int i = 0; i < kSpans; ++i) tracer.Start("span", {}).Set("i", int64_t{i});
  }
  const auto spans = Read(Path());
  ASSERT_EQ(spans.size(), static_cast<size_t>(kSpans));
  for (int i = 0; i < kSpans; ++i) {
    EXPECT_EQ(spans[static_cast<size_t>(i)].attributes,
              (std::vector<SpanAttribute>{{"i", int64_t{i}}}));
  }
}

TEST_F(SpanFileTest, ASpanIsWrittenSoonWithoutOthers) {
  const auto file = Open();
  Tracer(*file).Start("alone", {}).End();
  EXPECT_TRUE(WaitUntil([&] { return Read(Path()).size() == 1; }));
}

TEST_F(SpanFileTest, IsAddedToAndAnUnfinishedLineSpoilsNoOther) {
  std::ofstream(Path()) << R"({"resourceSpans":[{"sco)";
  for (int i = 0; i < 2; ++i) {
    const auto file = Open();
    Tracer(*file).Start("after", {}).End();
  }
  EXPECT_EQ(Read(Path()).size(), 2u);
}

TEST_F(SpanFileTest, GoesOnInANewFileWhenItIsLongAndKeepsTheOneBefore) {
  constexpr uint64_t kMost = 200'000;
  {
    const auto file = Open(kMost);
    Tracer tracer(*file);
    for (int i = 0; i < 4000; ++i) tracer.Start("span", {}).End();
  }
  const auto before = Read(Path() + ".1"), newest = Read(Path());
  EXPECT_LE(std::filesystem::file_size(Path()), kMost);
  EXPECT_LE(std::filesystem::file_size(Path() + ".1"), kMost);
  ASSERT_FALSE(before.empty() || newest.empty());
  EXPECT_LE(before.back().start_ns, newest.front().start_ns);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 2);
}

TEST_F(SpanFileTest, WhatWaitsIsBoundedAndWhatIsDroppedIsCounted) {
  constexpr int kThreads = 4, kSpans = 5000;
  size_t dropped = 0;
  {
    const auto file = Open(64 << 20, 100);
    Tracer tracer(*file);
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
          for (int span = 0; span < kSpans; ++span) tracer.Start("span", {}).End();
        });
      }
    }
    dropped = file->dropped();
  }
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(Read(Path()).size() + dropped, size_t{kThreads} * kSpans);
}

TEST_F(SpanFileTest, OnlyItsOwnerMayReadIt) {
  Open();
  const auto may = std::filesystem::status(Path()).permissions();
  EXPECT_EQ(may, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SpanFileTest, WhatCannotBeOneIsRefusedAndNamed) {
  const auto file = Open();
  std::filesystem::create_directory(folder_.path() + "/folder");
  for (const auto& [path, why] : std::vector<std::pair<std::string, std::string>>{
           {folder_.path() + "/none/spans", "cannot open"},
           {folder_.path() + "/folder", "cannot open"},
           {"/dev/null", "is no regular file"},
           {Path(), "another program writes spans to"}}) {
    const auto refused = SpanFile::Open({.path = path, .resource = {}});
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(why));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(path));
  }
}

}  // namespace
}  // namespace paceline
