// Makes small files of image arrays, whole and damaged, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string PathOf(std::string_view file) const { return path_ + "/" + std::string(file); }
  // With the folders it lies in.
  void Write(std::string_view file, std::string_view bytes) const;
  void Remove(std::string_view file) const;

 private:
  std::string path_;
};

// Values as a little-endian machine keeps them.
template <class T>
std::string BytesOfValues(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// An NPY file of version 1 as NumPy writes it; `shape` as in Python: "(40, 8, 8)".
std::string NpyBytes(std::string_view descr, std::string_view shape, std::string_view data);
// The same with the dictionary's text given, not padded.
std::string NpyFile(std::string_view dictionary, std::string_view data, char version = 1);

// One record of a CIFAR file: its labels, then 3 planes of 1,024 pixels, each the number before it
// plus 1 from `first` on, modulo 251.
std::string CifarRecord(const std::vector<uint8_t>& labels, int first);

}  // namespace paceline
