// Texts as tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/data.pb.h"

namespace paceline {

// Tokens (worker/data/bpe.h) of each split (worker/data/text_splits.h), at least two.
struct TextData {
  std::vector<int32_t> train, inner_valid, outer_valid, test;
  int32_t vocabulary = 0;
  // SHA-256 of the bytes of the first three splits, whatever they become tokens by: what a job sees
  // of the text.
  std::string digest;
};

// `path` is a file, or a folder whose regular files, in the order of the bytes of their names below
// it, are one document each; what begins as gzip data is unpacked. Merges of larger vocabularies
// than bytes are those of the training split, found in or put into `cache`
// (worker/data/bpe_cache.h).
//
// NotFound, PermissionDenied; InvalidArgument if `vocabulary` is not 259 to 65,536, or if the
// training split has fewer merges than it asks for; DataLoss if it is too short; ResourceExhausted
// if it is longer than 1 GiB.
absl::StatusOr<std::shared_ptr<const TextData>> LoadText(const std::string& path,
                                                         int32_t vocabulary,
                                                         const std::string& cache);

}  // namespace paceline
