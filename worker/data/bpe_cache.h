// Merges of byte-pair encodings on disk, so that a text's are found once.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/data/bpe.h"

namespace paceline {

// $XDG_CACHE_HOME/paceline, else ~/.cache/paceline; empty if neither variable is set.
std::string CacheFolder();

// What merges depend on.
struct BpeKey {
  std::string digest;  // of the training text
  size_t merges = 0;   // asked for
};

// A cache file's bytes, and back. DataLoss (without a path) if they are damaged or another key's.
std::string SerializeMerges(const BpeKey& key, const std::vector<TokenPair>& merges);
absl::StatusOr<Bpe> ParseMerges(const BpeKey& key, std::string_view bytes);

// Out of `folder`/bpe if they are there whole, else what `train` gives, which is put there if the
// folder can be written. An empty folder: always `train`. Processes may share a folder.
Bpe CachedBpe(const std::string& folder, const BpeKey& key,
              const std::function<std::vector<TokenPair>()>& train);

}  // namespace paceline
