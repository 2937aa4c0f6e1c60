// Makes small IDX files, whole and damaged, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// `bytes` as one gzip member.
std::string Gzip(std::string_view bytes);
// An unpacked IDX file: header for `shape`, then `values` (which may not fit it).
std::string IdxBytes(const std::vector<uint32_t>& shape, const std::vector<uint8_t>& values);
// 0, 1, 2, ... modulo `modulus`.
std::vector<uint8_t> Counting(size_t count, int modulus);

// A data folder that is removed at the end. Holds a whole fashion-mnist of `train` and `test`
// examples.
class DataFolder {
 public:
  DataFolder(uint32_t train, uint32_t test);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string PathOf(std::string_view file) const;
  void Write(std::string_view file, std::string_view bytes) const;
  void Remove(std::string_view file) const;
  // Leaves nothing but unpacked files, in that folder below path().
  void UnpackInto(std::string_view folder) const;

 private:
  uint32_t train_, test_;
  std::string path_;
};

}  // namespace paceline
