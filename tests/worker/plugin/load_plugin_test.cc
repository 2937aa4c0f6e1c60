#include "worker/plugin/load_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "paceline/plugin.h"
#include "tests/testing/plugin_files.h"
#include "worker/plugin/plugin_table.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

void ExpectRefused(const std::string& path, const std::string& words) {
  const absl::Status status = LoadPlugin(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(Message(status), StartsWith("plug-in " + path + ": "));
  EXPECT_THAT(Message(status), HasSubstr(words));
}

TEST(LoadPlugin, SaysWhatIsInItByTheDigestOfItsFile) {
  const std::string path = PluginFile("plugin_line");
  const auto loaded = LoadPlugin(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->digest, FileDigest(path));
  ASSERT_EQ(loaded->contents->tasks.size(), 1u);
  EXPECT_EQ(loaded->contents->tasks[0].name, "line");
  EXPECT_EQ(loaded->contents->data_sets.size(), 0u);
  EXPECT_EQ(Message(loaded->NoSuch("task", "circle")), "plug-in plugin_line.so (" +
                                                           loaded->digest.substr(0, 16) +
                                                           ") has no task circle; it has line");
}

TEST(LoadPlugin, TwoPluginsKeepTheirContentsApart) {
  ASSERT_TRUE(LoadPlugin(PluginFile("plugin_line")).ok());
  const auto images = LoadPlugin(PluginFile("plugin_images"));
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_EQ(images->contents->tasks.size(), 0u);
  EXPECT_EQ(images->contents->data_sets.size(), 4u);
}

TEST(LoadPlugin, AFileThatIsNotThereIsNotFound) {
  const absl::Status status = LoadPlugin("/no/such/plugin.so").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(status), HasSubstr("/no/such/plugin.so"));
}

TEST(LoadPlugin, WhatIsNoPluginIsRefused) {
  const TemporaryFolder folder;
  const std::string text = folder.path() + "/text.so";
  std::ofstream(text) << "no shared object";
  ExpectRefused(text, "it is no shared object");
  std::string half = ReadFile(PluginFile("plugin_images")).value();
  half.resize(half.size() / 2);
  const std::string damaged = folder.path() + "/half.so";
  std::ofstream(damaged) << half;
  ExpectRefused(damaged, "it is damaged");
  // Whole, and yet none.
  std::string other = ReadFile(PluginFile("plugin_images")).value();
  other[18] = 40;  // of another processor
  const std::string foreign = folder.path() + "/foreign.so";
  std::ofstream(foreign) << other;
  ExpectRefused(foreign, "no shared object that can be loaded here");
  ExpectRefused(PluginFile("plugin_without_entry"), "has no entry point paceline_plugin");
  ExpectRefused(PluginFile("plugin_old"),
                "was built against version 0 of paceline/plugin.h, and this program has version 1");
}

struct WrongContents {
  std::string words;
  void (*change)(plugin::Contents& contents);
};

TEST(LoadPlugin, ContentsThatDoNotSuitAreTold) {
  const WrongContents wrong[] = {
      {"built with libc++, and this program with libstdc++",
       [](plugin::Contents& contents) { contents.build = "libc++"; }},
      {"built against LibTorch 1.0, and this program runs 2.0",
       [](plugin::Contents& contents) { contents.torch = "1.0"; }},
      {"has neither a task nor a data set",
       [](plugin::Contents& contents) { contents.tasks.clear(); }},
      {"two tasks of the name line",
       [](plugin::Contents& contents) { contents.tasks.push_back({"line"}); }},
      {"two data sets of the name a",
       [](plugin::Contents& contents) {
         contents.data_sets = {{"a"}, {"b"}, {"a"}};
       }},
      {"calls a task \"Line 2\"; a name is 1 to 64 lower-case letters",
       [](plugin::Contents& contents) { contents.tasks.push_back({"Line 2"}); }},
      {"calls a data set \"\"",
       [](plugin::Contents& contents) { contents.data_sets.push_back({""}); }}};
  for (const WrongContents& one : wrong) {
    plugin::Contents contents;
    contents.torch = "2.0";
    contents.tasks.push_back({"line"});
    EXPECT_TRUE(CheckContents(contents, "2.0").ok());
    one.change(contents);
    EXPECT_THAT(Message(CheckContents(contents, "2.0")), HasSubstr(one.words));
  }
}

TEST(LoadPlugin, WithoutTasksAnyLibTorchWillDo) {
  plugin::Contents contents;
  contents.data_sets.push_back({"bars"});
  EXPECT_TRUE(CheckContents(contents, "2.0").ok());
}

TEST(PluginTable, FindsByDigestAndTakesAContentOnce) {
  const std::string line = PluginFile("plugin_line"), images = PluginFile("plugin_images");
  const auto table = PluginTable::Load({line, images});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->has_tasks());
  v1::Plugin config;
  config.set_digest(FileDigest(images));
  EXPECT_EQ((*table->Find(config))->path, images);
  config.set_digest(std::string(64, '0'));
  EXPECT_EQ(table->Find(config).status().code(), absl::StatusCode::kFailedPrecondition);
  const TemporaryFolder folder;
  const std::string copy = folder.path() + "/copy.so";
  std::filesystem::copy_file(images, copy);
  const auto twice = PluginTable::Load({images, copy});
  EXPECT_EQ(twice.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(twice.status()), HasSubstr("are the same file's content"));
  EXPECT_FALSE(PluginTable::Load({images})->has_tasks());
  EXPECT_FALSE(PluginTable::Load({line, "/no/such.so"}).ok());
}

}  // namespace
}  // namespace paceline
