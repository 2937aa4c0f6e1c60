// The folder that one coordinator works in, and nobody else while it does. No other user of the
// machine may read what is in it.
//
//   <data>/lock                               held while the coordinator lives
//   <data>/coordinator.db                     the store
//   <data>/access.db, audit.log               coordinator/access
//   <data>/address                            where the coordinator listens, host:port
//   <data>/http_address                       where its dashboard is, http://host:port
//   <data>/jobs/<job>/                        logs
//   <data>/jobs/<job>/checkpoints/            theta-000050.safetensors, state-000050.safetensors
//   <data>/evaluations/, outcomes.sqlite      coordinator/evaluate/archive.h
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

class DataFolder {
 public:
  // Makes the folder if there is none. What is in it from times when others could read it becomes
  // private; what is made there later is so by the process's umask, which is not set here.
  // FailedPrecondition if another coordinator holds it, PermissionDenied if it cannot be written.
  static absl::StatusOr<DataFolder> Open(const std::string& path);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  // Absolute.
  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/coordinator.db"; }
  // Others could read it until now.
  bool was_open() const { return was_open_; }
  std::string address_file() const { return path_ + "/address"; }
  std::string http_file() const { return path_ + "/http_address"; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  absl::Status Shut(bool own_folder);

  std::string path_;
  int lock_;  // file descriptor
  bool was_open_ = false;
};

std::string JobFolder(const std::string& data_folder, const std::string& job);
// With all that is in it; fine if there is none.
absl::Status RemoveJobFolder(const std::string& data_folder, const std::string& job);

}  // namespace paceline
