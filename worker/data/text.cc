#include "worker/data/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/base/digest.h"
#include "worker/data/bpe.h"
#include "worker/data/bpe_cache.h"
#include "worker/data/bpe_training.h"
#include "worker/data/documents.h"
#include "worker/data/text_splits.h"
#include "worker/data/words.h"

namespace paceline {
namespace {

using Splits = std::array<TextParts, kTextSplits>;
using Tokens = std::vector<int32_t>;

std::string DigestOf(std::span<const TextParts> splits) {
  std::string list;
  for (const TextParts& parts : splits) {
    list += "split\n";
    for (const TextPart& part : parts) {
      list += Sha256Hex(part.bytes) + (part.ends_document ? " end\n" : "\n");
    }
  }
  return Sha256Hex(list);
}

std::vector<TokenPair> TrainOn(const TextParts& parts, size_t merges) {
  std::vector<std::string_view> texts;
  for (const TextPart& part : parts) texts.push_back(part.bytes);
  return TrainBpe(texts, merges);
}

absl::StatusOr<Bpe> BpeOf(const Splits& splits, size_t merges, const std::string& cache) {
  const TextParts& train = splits.front();
  if (merges == 0) return Bpe::Of({});
  const BpeKey key = {DigestOf({&train, 1}), merges};
  Bpe bpe = CachedBpe(cache, key, [&] { return TrainOn(train, merges); });
  if (bpe.merges().size() == merges) return bpe;
  return absl::InvalidArgumentError(
      fmt::format("vocabulary is {}, but the training split has pairs of tokens for {}; expected "
                  "that or less",
                  kByteVocabulary + merges, bpe.vocabulary()));
}

class Encoder {
 public:
  explicit Encoder(const Bpe& bpe) : bpe_(bpe) {}

  Tokens Encode(const TextParts& parts) {
    Tokens tokens;
    for (const TextPart& part : parts) {
      Append(part.bytes, tokens);
      if (part.ends_document) tokens.push_back(kEndOfDocumentToken);
    }
    tokens.shrink_to_fit();
    return tokens;
  }

 private:
  void Append(std::string_view text, Tokens& tokens) {
    if (bpe_.merges().empty()) {
      std::transform(text.begin(), text.end(), std::back_inserter(tokens), ByteToken);
      return;
    }
    while (!text.empty()) {
      const std::string_view word = text.substr(0, FirstWordBytes(text));
      const Tokens& encoded = WordTokens(word);
      tokens.insert(tokens.end(), encoded.begin(), encoded.end());
      text.remove_prefix(word.size());
    }
  }

  const Tokens& WordTokens(std::string_view word) {
    const auto [found, is_new] = words_.try_emplace(word);
    if (is_new) found->second = bpe_.EncodeWord(word);
    return found->second;
  }

  const Bpe& bpe_;
  std::unordered_map<std::string_view, Tokens> words_;
};

absl::Status CheckLengths(const std::array<Tokens, kTextSplits>& tokens, size_t bytes) {
  constexpr size_t kFewest = 2;
  // A twentieth of it, less what of a word went to the split before, is longer than a word.
  constexpr size_t kAlwaysEnough = 20 * (2 * kMaxWordBytes + 1);
  for (size_t split = 0; split < kTextSplits; ++split) {
    const size_t count = tokens[split].size();
    if (count >= kFewest) continue;
    return absl::DataLossError(
        fmt::format("a text of {} bytes is too short: its split {} has {} tokens; expected at "
                    "least {} ({} bytes are always enough)",
                    bytes, kTextSplitNames[split], count, kFewest, kAlwaysEnough));
  }
  return absl::OkStatus();
}

absl::Status CheckVocabulary(int32_t vocabulary) {
  constexpr int32_t kMost = 65536;
  if (vocabulary >= kByteVocabulary && vocabulary <= kMost) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("vocabulary is {}; expected {} to {}", vocabulary, kByteVocabulary, kMost));
}

absl::StatusOr<std::shared_ptr<const TextData>> DataOf(std::span<const std::string_view> documents,
                                                       int32_t vocabulary,
                                                       const std::string& cache) {
  const Splits splits = SplitText(documents);
  const auto merges = static_cast<size_t>(vocabulary - kByteVocabulary);
  const absl::StatusOr<Bpe> bpe = BpeOf(splits, merges, cache);
  if (!bpe.ok()) return bpe.status();
  Encoder encoder(*bpe);
  std::array<Tokens, kTextSplits> tokens;
  size_t bytes = 0;
  for (size_t split = 0; split < kTextSplits; ++split) {
    tokens[split] = encoder.Encode(splits[split]);
    for (const TextPart& part : splits[split]) bytes += part.bytes.size() + part.ends_document;
  }
  if (absl::Status status = CheckLengths(tokens, bytes); !status.ok()) return status;
  auto data = std::make_shared<TextData>();
  data->train = std::move(tokens[0]);
  data->inner_valid = std::move(tokens[1]);
  data->outer_valid = std::move(tokens[2]);
  data->test = std::move(tokens[3]);
  data->vocabulary = vocabulary;
  data->digest = DigestOf(std::span(splits).first(kTextSplits - 1));
  return data;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TextData>> LoadText(const std::string& path,
                                                         int32_t vocabulary,
                                                         const std::string& cache) {
  if (absl::Status status = CheckVocabulary(vocabulary); !status.ok()) return status;
  const absl::StatusOr<std::vector<FileBytes>> files = ReadDocuments(path);
  if (!files.ok()) return files.status();
  std::vector<std::string_view> documents;
  for (const FileBytes& file : *files) documents.push_back(file.view());
  absl::StatusOr<std::shared_ptr<const TextData>> data = DataOf(documents, vocabulary, cache);
  if (data.ok()) return data;
  return absl::Status(data.status().code(),
                      fmt::format("{}: {}", path, std::string(data.status().message())));
}

}  // namespace paceline
