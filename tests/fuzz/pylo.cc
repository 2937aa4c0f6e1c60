#include "common/checkpoint/pylo_form.h"
#include "common/checkpoint/pylo_json.h"
#include "common/config/optimizer.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {
namespace {

using Json = nlohmann::json;

std::vector<std::string_view> Parts(std::string_view input) {
  std::vector<std::string_view> parts;
  for (size_t end = input.find('\0'); end != std::string_view::npos; end = input.find('\0')) {
    parts.push_back(input.substr(0, end));
    input.remove_prefix(end + 1);
  }
  parts.push_back(input);
  return parts;
}

void Check(const v1::LearnedOptimizer& optimizer, const Json& kwargs) {
  PACELINE_REQUIRE(CheckOptimizer(optimizer).empty());
  const auto form = PyloFormOf(optimizer);
  if (!form.ok()) return;
  const ThetaLayout layout = LayoutOf(optimizer);
  for (const std::string& path : form->kwarg_leaves) {
    const auto given = kwargs.find(path);
    const auto tensor = VectorOf(given == kwargs.end() ? Json() : *given, layout.leaf(path));
    PACELINE_REQUIRE(!tensor.ok() || tensor->elements() == layout.leaf(path).size);
  }
}

}  // namespace

void Pylo(std::string_view input) {
  std::vector<Json> objects;
  for (const std::string_view part : Parts(input)) {
    auto object = ParseJsonObject(part);
    if (!object.ok()) {
      PACELINE_REQUIRE(absl::IsInvalidArgument(object.status()));
      return;
    }
    objects.push_back(*std::move(object));
  }
  if (objects.size() < 2) return;
  std::map<std::string, Json> modules = {{"", objects[1]}};
  if (objects.size() > 2) modules = {{"rnn", objects[1]}, {"mlp", objects[2]}};
  const auto optimizer = OptimizerOfPylo(modules, objects[0]);
  if (optimizer.ok()) Check(*optimizer, objects[0]);
}

}  // namespace paceline::fuzz
