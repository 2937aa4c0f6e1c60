// Which file of a folder holds an array, and reading it in whichever format it is.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/file_array.h"

namespace paceline {

enum class ArrayRole { kTrainImages, kTrainLabels, kTestImages, kTestLabels };

// Finds arrays by the names of their files (worker/data/array_folder.h). Errors name the folder.
class ArrayFiles {
 public:
  // NotFound if there is no such folder; InvalidArgument if an array is there twice.
  static absl::StatusOr<ArrayFiles> In(const std::string& folder);

  bool Has(ArrayRole role) const { return !PlaceOf(role).path.empty(); }
  // NotFound (with what belongs there) if there is none, or errors as the format's reader.
  absl::StatusOr<FileArray> Read(ArrayRole role) const;

 private:
  struct Place {
    std::string path = {};  // empty: nowhere
    std::string tensor = {};
  };

  explicit ArrayFiles(std::string folder) : folder_(std::move(folder)), places_(4) {}
  // Takes it down if its name says what it is.
  absl::Status Add(const std::string& name);
  absl::Status AddTensors(const std::string& path);
  absl::Status Set(ArrayRole role, Place place);
  const Place& PlaceOf(ArrayRole role) const { return places_[static_cast<size_t>(role)]; }

  std::string folder_;
  std::vector<Place> places_;  // by role
};

}  // namespace paceline
