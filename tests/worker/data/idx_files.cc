#include "tests/worker/data/idx_files.h"

#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace paceline {
namespace {

// A fashion-mnist's files, unpacked, by name.
std::map<std::string, std::string> WholeFiles(uint32_t train, uint32_t test) {
  return {{"train-images-idx3-ubyte", IdxBytes({train, 28, 28}, Counting(train * 784, 251))},
          {"train-labels-idx1-ubyte", IdxBytes({train}, Counting(train, 10))},
          {"t10k-images-idx3-ubyte", IdxBytes({test, 28, 28}, Counting(test * 784, 256))},
          {"t10k-labels-idx1-ubyte", IdxBytes({test}, Counting(test, 10))}};
}

}  // namespace

std::string Gzip(std::string_view bytes) {
  z_stream zlib{};
  deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&zlib, bytes.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zlib.avail_in = static_cast<uInt>(bytes.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  deflate(&zlib, Z_FINISH);
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return packed;
}

std::string IdxBytes(const std::vector<uint32_t>& shape, const std::vector<uint8_t>& values) {
  std::string bytes = {0, 0, 8, static_cast<char>(shape.size())};
  for (const uint32_t extent : shape) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(extent >> shift));
  }
  bytes.append(values.begin(), values.end());
  return bytes;
}

std::vector<uint8_t> Counting(size_t count, int modulus) {
  std::vector<uint8_t> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<uint8_t>(i % modulus);
  return values;
}

DataFolder::DataFolder(uint32_t train, uint32_t test) : train_(train), test_(test) {
  path_ = std::filesystem::temp_directory_path() / "paceline-data-XXXXXX";
  path_ = ::mkdtemp(path_.data());
  std::filesystem::create_directory(path_ + "/fashion-mnist");
  for (const auto& [file, bytes] : WholeFiles(train, test)) Write(file + ".gz", Gzip(bytes));
}

void DataFolder::UnpackInto(std::string_view folder) const {
  std::filesystem::remove_all(path_ + "/fashion-mnist");
  const std::filesystem::path to = path_ + "/" + std::string(folder);
  std::filesystem::create_directories(to);
  for (const auto& [file, bytes] : WholeFiles(train_, test_)) {
    std::ofstream(to / file, std::ios::binary) << bytes;
  }
}

DataFolder::~DataFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string DataFolder::PathOf(std::string_view file) const {
  return path_ + "/fashion-mnist/" + std::string(file);
}

void DataFolder::Write(std::string_view file, std::string_view bytes) const {
  std::ofstream(PathOf(file), std::ios::binary) << bytes;
}

void DataFolder::Remove(std::string_view file) const { std::filesystem::remove(PathOf(file)); }

}  // namespace paceline
