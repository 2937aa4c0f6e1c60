#include "tests/worker/data/made_files.h"

#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace paceline {

TemporaryFolder::TemporaryFolder() {
  path_ = std::filesystem::temp_directory_path() / "paceline-data-XXXXXX";
  path_ = ::mkdtemp(path_.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::Write(std::string_view file, std::string_view bytes) const {
  const std::filesystem::path path = PathOf(file);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void TemporaryFolder::Remove(std::string_view file) const { std::filesystem::remove(PathOf(file)); }

std::string NpyFile(std::string_view dictionary, std::string_view data, char version) {
  std::string bytes = "\x93NUMPY";
  bytes += {version, 0};
  const uint64_t length = dictionary.size();
  bytes.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
  return bytes.append(dictionary).append(data);
}

std::string NpyBytes(std::string_view descr, std::string_view shape, std::string_view data) {
  std::string dictionary = "{'descr': '" + std::string(descr) +
                           "', 'fortran_order': False, 'shape': " + std::string(shape) + ", }";
  constexpr size_t kAlignment = 64, kBefore = 10;
  while ((kBefore + dictionary.size() + 1) % kAlignment != 0) dictionary.push_back(' ');
  return NpyFile(dictionary + "\n", data);
}

std::string CifarRecord(const std::vector<uint8_t>& labels, int first) {
  std::string record(labels.begin(), labels.end());
  for (int i = 0; i < 3 * 1024; ++i) record.push_back(static_cast<char>((first + i) % 251));
  return record;
}

}  // namespace paceline
