#include "worker/data/bpe_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "common/base/file.h"
#include "common/base/sealed.h"
#include "tests/worker/data/file_folder.h"

namespace paceline {
namespace {

const BpeKey kKey = {"0123", 3};
const std::vector<TokenPair> kMerges = {{68, 69}, {259, 70}};

// Counts how often it had to train.
struct Trained {
  int times = 0;
  Bpe In(const std::string& folder, const BpeKey& key = kKey) {
    return CachedBpe(folder, key, [this] {
      ++times;
      return kMerges;
    });
  }
};

std::string FileIn(const FileFolder& folder) { return folder.PathOf("bpe/0123-3"); }

TEST(BpeCache, MergesAreFoundOnce) {
  const FileFolder folder;
  Trained trained;
  EXPECT_EQ(trained.In(folder.path()).merges(), kMerges);
  EXPECT_EQ(trained.In(folder.path()).merges(), kMerges);
  EXPECT_EQ(trained.times, 1);
}

TEST(BpeCache, AnotherTextOrNumberOfMergesIsAnotherKey) {
  const FileFolder folder;
  Trained trained;
  trained.In(folder.path());
  trained.In(folder.path(), {"0123", 4});
  trained.In(folder.path(), {"0124", 3});
  EXPECT_EQ(trained.times, 3);
}

TEST(BpeCache, WithoutAFolderTheyAreFoundEveryTime) {
  Trained trained;
  trained.In("");
  EXPECT_EQ(trained.In("").merges(), kMerges);
  EXPECT_EQ(trained.times, 2);
}

TEST(BpeCache, AFileThatIsDamagedOrCutOffIsMadeAnew) {
  const FileFolder folder;
  Trained trained;
  trained.In(folder.path());
  const std::string whole = ReadFile(FileIn(folder)).value();
  for (size_t i = 0; i < whole.size(); i += 3) {
    std::string damaged = whole;
    damaged[i] ^= 4;
    for (const std::string& bytes : {damaged, whole.substr(0, i)}) {
      folder.Write("bpe/0123-3", bytes);
      const int before = trained.times;
      EXPECT_EQ(trained.In(folder.path()).merges(), kMerges);
      EXPECT_EQ(trained.times, before + 1) << "byte " << i;
      EXPECT_EQ(ReadFile(FileIn(folder)).value(), whole);
    }
  }
}

TEST(BpeCache, AnotherTextsFileUnderThisNameIsNotTaken) {
  const FileFolder folder;
  folder.Write("bpe/0123-3", SerializeMerges({"0124", 3}, {{5, 5}}));
  Trained trained;
  EXPECT_EQ(trained.In(folder.path()).merges(), kMerges);
  EXPECT_EQ(trained.times, 1);
}

TEST(BpeCache, AFolderThatCannotBeMadeIsNoError) {
  const FileFolder folder;
  const std::string file = folder.Write("file", "in the way");
  Trained trained;
  EXPECT_EQ(trained.In(file).merges(), kMerges);
  EXPECT_EQ(trained.In("/proc/no/such").merges(), kMerges);
  EXPECT_EQ(trained.times, 2);
}

TEST(BpeCache, ASealedFileOfImpossibleMergesIsRefused) {
  const auto sealed = [](const std::string& pairs) { return Seal("plnbpe 1", "0123 3\n" + pairs); };
  EXPECT_TRUE(ParseMerges(kKey, SerializeMerges(kKey, kMerges)).ok());
  EXPECT_TRUE(ParseMerges(kKey, sealed("")).ok());
  const std::string pairs[] = {
      std::string(7, 'x'), std::string(8, '\0'), std::string(8, '\xFF'),
      SerializeMerges(kKey, {{4, 4}, {5, 5}, {6, 6}, {7, 7}}).substr(15, 32)};
  for (const std::string& bytes : pairs) {
    EXPECT_EQ(ParseMerges(kKey, sealed(bytes)).status().code(), absl::StatusCode::kDataLoss);
  }
}

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Environment() { old_.empty() ? ::unsetenv(name_) : ::setenv(name_, old_.c_str(), 1); }

 private:
  const char* name_;
  std::string old_;
};

TEST(BpeCache, TheFolderIsWhereOtherProgramsKeepTheirs) {
  const Environment home("HOME", "/home/ann");
  {
    const Environment cache("XDG_CACHE_HOME", "/var/cache/ann");
    EXPECT_EQ(CacheFolder(), "/var/cache/ann/paceline");
  }
  {
    const Environment relative("XDG_CACHE_HOME", "cache");
    EXPECT_EQ(CacheFolder(), "/home/ann/.cache/paceline");
  }
  const Environment none("XDG_CACHE_HOME", nullptr), homeless("HOME", nullptr);
  EXPECT_EQ(CacheFolder(), "");
}

}  // namespace
}  // namespace paceline
