#include "tests/testing/store_files.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace paceline {

namespace fs = std::filesystem;

std::vector<std::string> StoreFilesOf(const std::string& database) {
  return {database, database + "-wal", database + "-anchor0", database + "-anchor1"};
}

void CopyStore(const std::string& from, const std::string& to) {
  const std::vector<std::string> sources = StoreFilesOf(from), targets = StoreFilesOf(to);
  for (size_t i = 0; i < sources.size(); ++i) {
    fs::remove(targets[i]);
    if (fs::exists(sources[i])) fs::copy_file(sources[i], targets[i]);
  }
  fs::remove(to + "-shm");
}

void FlipBit(const std::string& path, size_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const char byte = static_cast<char>(file.get() ^ (1 << bit % 8));
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(byte);
  ASSERT_TRUE(file.good()) << path;
}

}  // namespace paceline
