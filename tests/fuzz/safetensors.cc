#include "common/checkpoint/trained_optimizer.h"
#include "common/lopt/layout.h"
#include "common/safetensors/dtype.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {

void Safetensors(std::string_view input) {
  const auto file = ParseSafetensors(input);
  if (!file.ok()) {
    PACELINE_REQUIRE(absl::IsInvalidArgument(file.status()));
    PACELINE_REQUIRE(!file.status().message().empty());
    return;
  }
  size_t bytes = 0;
  for (const auto& [name, tensor] : file->tensors) {
    size_t elements = 1;
    for (const int64_t size : tensor.shape) elements *= static_cast<size_t>(size);
    PACELINE_REQUIRE(tensor.data.size() * 8 == elements * DTypeBits(tensor.dtype));
    PACELINE_REQUIRE(tensor.elements() == elements);
    bytes += tensor.data.size();
  }
  PACELINE_REQUIRE(bytes <= input.size());
  const auto again = ParseSafetensors(SerializeSafetensors(*file));
  PACELINE_REQUIRE(again.ok());
  PACELINE_REQUIRE(again->tensors.size() == file->tensors.size());
  PACELINE_REQUIRE(again->metadata == file->metadata);

  const auto trained = ToTrainedOptimizer(*file);
  if (!trained.ok()) return;
  PACELINE_REQUIRE(trained->theta.size() == LayoutOf(trained->optimizer).size);
  const auto back = ParseTrainedOptimizer(SerializeTrainedOptimizer(*trained));
  PACELINE_REQUIRE(back.ok());
  PACELINE_REQUIRE(back->theta == trained->theta);
}

}  // namespace paceline::fuzz
