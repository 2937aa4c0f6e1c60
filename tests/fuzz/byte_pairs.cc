#include <string>
#include <vector>

#include "common/base/sealed.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"
#include "worker/data/bpe.h"
#include "worker/data/bpe_cache.h"
#include "worker/data/bpe_training.h"
#include "worker/data/words.h"

namespace paceline::fuzz {
namespace {

void CheckRoundTrip(const Bpe& bpe, std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = FirstWordBytes(text);
    PACELINE_REQUIRE(bytes > 0 && bytes <= kMaxWordBytes && bytes <= text.size());
    const std::vector<int32_t> tokens = bpe.EncodeWord(text.substr(0, bytes));
    for (const int32_t token : tokens) {
      PACELINE_REQUIRE(token >= kFirstByteToken && token < bpe.vocabulary());
    }
    PACELINE_REQUIRE(bpe.Decode(tokens) == text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
}

void Cache(std::string_view bytes, std::string_view text) {
  const BpeKey key = {"d", 300};
  const auto bpe = ParseMerges(key, bytes);
  if (!bpe.ok()) {
    PACELINE_REQUIRE(absl::IsDataLoss(bpe.status()));
    return;
  }
  PACELINE_REQUIRE(bpe->merges().size() <= key.merges);
  CheckRoundTrip(*bpe, text);
  const auto again = ParseMerges(key, SerializeMerges(key, bpe->merges()));
  PACELINE_REQUIRE(again.ok() && again->merges() == bpe->merges());
}

}  // namespace

void BytePairs(std::string_view input) {
  Cache(input, input);
  Cache(Seal("plnbpe 1", "d 300\n" + std::string(input)), input);
  if (input.empty()) return;
  const std::vector<std::string_view> texts = {input.substr(1)};
  const auto wanted = static_cast<unsigned char>(input.front());
  const auto bpe = Bpe::Of(TrainBpe(texts, wanted));
  PACELINE_REQUIRE(bpe.ok() && bpe->merges().size() <= wanted);
  CheckRoundTrip(*bpe, texts.front());
}

}  // namespace paceline::fuzz
