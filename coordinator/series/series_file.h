// The rows of a job's outer steps (series_row.h) in a file of their own, where a million of them
// are read in some hundredths of a second. It is a cache of the store: if it is damaged or deleted,
// nothing is lost.
//
// 32 bytes of head, then a row after the other: a float32 of each metric and a CRC-32C of them and
// of the step's number; all little endian.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/descriptor.h"

namespace paceline {

class SeriesFile {
 public:
  // `born` tells jobs of the same name apart.
  struct Job {
    std::string path;
    int64_t born = 0;
    size_t metrics = 0;
  };

  // Makes the file if need be. One of another job begins anew, and a damaged one goes on behind the
  // last row before the damage. NotFound if there is no folder.
  static absl::StatusOr<SeriesFile> Open(const Job& job);
  // One that was opened so before and has so many rows: to read them, or to add more.
  static absl::StatusOr<SeriesFile> OpenToRead(const Job& job, int64_t rows);
  static absl::StatusOr<SeriesFile> OpenToAppend(const Job& job, int64_t rows);

  // Row i is of outer step i + 1.
  int64_t rows() const { return rows_; }
  absl::Status Append(const std::vector<std::vector<float>>& rows);
  // Calls `take` with the steps' numbers and rows, in order; those that are there.
  using Take = std::function<void(int64_t step, std::span<const float> row)>;
  absl::Status Read(int64_t first_step, int64_t last_step, const Take& take) const;

 private:
  SeriesFile(Job job, Descriptor file) : job_(std::move(job)), file_(std::move(file)) {}
  size_t row_bytes() const { return (job_.metrics + 1) * sizeof(float); }
  static absl::StatusOr<SeriesFile> Known(const Job& job, int64_t rows, int flags);
  absl::Status Begin();
  // How many rows from the first on are whole.
  int64_t CountWhole() const;
  absl::Status Failed(const char* what) const;
  // Calls `take` with blocks of rows.
  using TakeBlock = std::function<bool(int64_t first_row, std::span<const char> rows)>;
  absl::Status ReadBlocks(int64_t begin, int64_t end, const TakeBlock& take) const;

  Job job_;
  Descriptor file_;
  int64_t rows_ = 0;
};

}  // namespace paceline
