#include "worker/data/bpe_cache.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "common/base/file.h"
#include "common/base/sealed.h"

namespace paceline {
namespace {

constexpr std::string_view kName = "plnbpe 1";
// Of a whole vocabulary, 65,536 tokens, and what is around it.
constexpr size_t kMaxFileBytes = size_t{1} << 20;

absl::StatusOr<Bpe> Read(const std::string& path, const BpeKey& key) {
  const absl::StatusOr<std::string> bytes = ReadFile(path, kMaxFileBytes);
  if (!bytes.ok()) return bytes.status();
  return ParseMerges(key, *bytes);
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string CacheFolder() {
  // The convention wants relative ones passed over.
  if (const std::string cache = Variable("XDG_CACHE_HOME"); cache.starts_with('/')) {
    return cache + "/paceline";
  }
  const std::string home = Variable("HOME");
  return home.empty() ? "" : home + "/.cache/paceline";
}

std::string SerializeMerges(const BpeKey& key, const std::vector<TokenPair>& merges) {
  std::string content = fmt::format("{} {}\n", key.digest, key.merges);
  for (const TokenPair pair : merges) {
    AppendNumber(content, pair.left);
    AppendNumber(content, pair.right);
  }
  return Seal(kName, content);
}

absl::StatusOr<Bpe> ParseMerges(const BpeKey& key, std::string_view bytes) {
  absl::StatusOr<std::string_view> content = Unseal(kName, bytes);
  if (!content.ok()) return content.status();
  const std::string line = fmt::format("{} {}\n", key.digest, key.merges);
  if (!content->starts_with(line)) return absl::DataLossError("holds merges of another text");
  std::string_view rest = content->substr(line.size());
  if (rest.size() % sizeof(TokenPair) != 0 || rest.size() / sizeof(TokenPair) > key.merges) {
    return absl::DataLossError(fmt::format("holds {} bytes of pairs; expected at most {} of {}",
                                           rest.size(), key.merges, sizeof(TokenPair)));
  }
  std::vector<TokenPair> merges;
  TokenPair pair{};
  while (TakeNumber(rest, pair.left) && TakeNumber(rest, pair.right)) merges.push_back(pair);
  return Bpe::Of(std::move(merges));
}

Bpe CachedBpe(const std::string& folder, const BpeKey& key,
              const std::function<std::vector<TokenPair>()>& train) {
  if (folder.empty()) return Bpe::Of(train()).value();
  const std::string path = fmt::format("{}/bpe/{}-{}", folder, key.digest, key.merges);
  absl::StatusOr<Bpe> cached = Read(path, key);
  if (cached.ok()) return *std::move(cached);
  Bpe bpe = Bpe::Of(train()).value();
  if (MakeFolder(folder + "/bpe").ok()) {
    // The next that needs them finds them again if not.
    WriteFileAtomically(path, SerializeMerges(key, bpe.merges())).IgnoreError();
  }
  return bpe;
}

}  // namespace paceline
