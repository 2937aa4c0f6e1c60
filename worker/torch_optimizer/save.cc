// LearnedOptimizer's state in torch's archives.
#include <torch/serialize/archive.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "common/base/digest.h"
#include "fmt/format.h"
#include "worker/torch_optimizer/learned_optimizer_impl.h"
#include "worker/torch_optimizer/refuse.h"

namespace paceline {
namespace {

using torch::serialize::InputArchive;
using torch::serialize::OutputArchive;

constexpr char kFormat[] = "paceline-optimizer-1";

[[noreturn]] void RefuseState(const std::string& text) {
  Refuse("the state cannot be loaded: {}", text);
}

template <class Read>
auto ReadKey(InputArchive& archive, const std::string& key, const Read& read) {
  c10::IValue value;
  if (!archive.try_read(key, value)) RefuseState("it has no \"" + key + "\"");
  try {
    return read(value);
  } catch (const c10::Error&) {
    RefuseState("\"" + key + "\" is of another type");
  }
}

std::string ReadText(InputArchive& archive, const std::string& key) {
  return ReadKey(archive, key, [](const c10::IValue& value) { return value.toStringRef(); });
}

int64_t ReadWhole(InputArchive& archive, const std::string& key) {
  return ReadKey(archive, key, [](const c10::IValue& value) { return value.toInt(); });
}

std::vector<int64_t> ReadList(InputArchive& archive, const std::string& key) {
  return ReadKey(archive, key, [](const c10::IValue& value) { return value.toIntVector(); });
}

torch::Tensor ReadTensor(InputArchive& archive, const std::string& key) {
  auto tensor = ReadKey(archive, key, [](const c10::IValue& value) { return value.toTensor(); });
  if (tensor.scalar_type() != torch::kFloat32) RefuseState("\"" + key + "\" is not float32");
  return tensor.to(torch::kCPU).contiguous();
}

InputArchive ReadArchive(InputArchive& archive, const std::string& key) {
  InputArchive inner;
  if (!archive.try_read(key, inner)) RefuseState("it has no \"" + key + "\"");
  return inner;
}

void Expect(const std::string& what, const std::string& saved, const std::string& own) {
  if (saved == own) return;
  RefuseState(fmt::format("its {} is {}, here it is {}", what, saved.substr(0, 80), own));
}

std::string ShapesText(const ParameterGroups& groups) {
  std::string text;
  for (const auto& group : groups) {
    text += text.empty() ? "" : "; ";
    for (const torch::Tensor& parameter : group.params()) text += c10::str(parameter.sizes(), " ");
  }
  return text;
}

void WriteState(const TensorSet& from, OutputArchive& set) {
  const std::span<const float> state = from.state();
  torch::Tensor values = torch::empty({std::ssize(state)});
  std::ranges::copy(state, values.data_ptr<float>());
  set.write("iteration", c10::IValue(from.iteration()));
  set.write("state", c10::IValue(values));
}

void ReadState(InputArchive& set, TensorSet& to) {
  const torch::Tensor state = ReadTensor(set, "state");
  const std::span<const float> values(state.data_ptr<float>(), state.numel());
  if (to.Restore(ReadWhole(set, "iteration"), values)) return;
  RefuseState(fmt::format("a set has {} values of state, {} are expected", values.size(),
                          to.state().size()));
}

// Kinds that were saved are those of the first step, which the list may not give any more.
void RestoreKinds(InputArchive& set, std::vector<Parameter>& members) {
  if (c10::IValue ignored; !set.try_read("kinds", ignored)) return;
  const std::vector<int64_t> kinds = ReadList(set, "kinds");
  if (kinds.size() != members.size()) RefuseState("a set's kinds are wrong");
  for (size_t i = 0; i < kinds.size(); ++i) {
    members[i].kind = static_cast<ParameterKind>(kinds[i]);
    if (members[i].kind <= ParameterKind::kAutomatic || members[i].kind > ParameterKind::kOther) {
      RefuseState("a set's kinds are wrong");
    }
  }
}

std::vector<Parameter> ReadMembers(InputArchive& set, const std::vector<Parameter>& all) {
  std::vector<Parameter> members;
  std::set<int64_t> places;
  for (const int64_t place : ReadList(set, "members")) {
    if (place < 0 || place >= std::ssize(all) || all[place].tensor.numel() == 0 ||
        !places.insert(place).second) {
      RefuseState("a set's members are wrong");
    }
    members.push_back(all[place]);
  }
  if (members.empty()) RefuseState("a set has no members");
  RestoreKinds(set, members);
  return members;
}

LearnedOptimizerOptions& MutableOptionsOf(torch::optim::OptimizerParamGroup& group) {
  OptionsOf(group);
  return static_cast<LearnedOptimizerOptions&>(group.options());
}

void ReadOptions(InputArchive& archive, ParameterGroups& groups) {
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::string key = fmt::format("group {}", i);
    InputArchive inner = ReadArchive(archive, key);
    LearnedOptimizerOptions& options = MutableOptionsOf(groups[i]);
    try {
      options.serialize(inner);
    } catch (const c10::Error&) {
      RefuseState("\"" + key + "\" has not the options of a group");
    }
    CheckOptions(options);
  }
}

}  // namespace

void LearnedOptimizer::Impl::Save(const ParameterGroups& groups, OutputArchive& archive) const {
  const std::vector<Parameter> all = ListParameters(groups);
  archive.write("format", c10::IValue(kFormat));
  archive.write("optimizer", c10::IValue(kind_));
  archive.write("digest", c10::IValue(ThetaDigest(trained_.theta)));
  archive.write("shapes", c10::IValue(ShapesText(groups)));
  for (size_t i = 0; i < groups.size(); ++i) {
    OutputArchive options(archive.compilation_unit());
    groups[i].options().serialize(options);
    archive.write(fmt::format("group {}", i), options);
  }
  std::vector<const TensorSet*> sets;  // in the order of their first parameters
  std::map<const TensorSet*, std::map<size_t, int64_t>> places;  // in `all`, by number in the set
  for (size_t k = 0; k < all.size(); ++k) {
    const Seat* seat = Find(all[k]);
    if (seat == nullptr) continue;
    const TensorSet* set = seat->set.get();
    if (!places.contains(set)) sets.push_back(set);
    places[set][seat->number] = static_cast<int64_t>(k);
  }
  archive.write("sets", c10::IValue(std::ssize(sets)));
  for (size_t i = 0; i < sets.size(); ++i) {
    std::vector<int64_t> members, kinds;
    for (const auto& [number, place] : places[sets[i]]) {
      members.push_back(place);
      kinds.push_back(static_cast<int64_t>(Find(all[place])->kind));
    }
    OutputArchive set(archive.compilation_unit());
    set.write("members", c10::IValue(members));
    set.write("kinds", c10::IValue(kinds));
    WriteState(*sets[i], set);
    archive.write(fmt::format("set {}", i), set);
  }
}

void LearnedOptimizer::Impl::Load(ParameterGroups& groups, InputArchive& archive) {
  Expect("format", ReadText(archive, "format"), kFormat);
  Expect("optimizer", ReadText(archive, "optimizer"), kind_);
  Expect("checkpoint's digest", ReadText(archive, "digest"), ThetaDigest(trained_.theta));
  Expect("list of the parameters' shapes", ReadText(archive, "shapes"), ShapesText(groups));
  ParameterGroups loaded_groups = groups;
  ReadOptions(archive, loaded_groups);
  const std::vector<Parameter> all = ListParameters(loaded_groups);
  Impl loaded = Impl(trained_, num_steps_);
  const int64_t count = ReadWhole(archive, "sets");
  if (count < 0 || count > std::ssize(all)) RefuseState("\"sets\" is out of range");
  for (int64_t i = 0; i < count; ++i) {
    InputArchive set = ReadArchive(archive, fmt::format("set {}", i));
    const std::vector<Parameter> members = ReadMembers(set, all);
    if (UpdatesTensorsAlone(config()) ? members.size() > 1 : count > 1) {
      RefuseState("its sets are those of another kind of optimizer");
    }
    if (loaded.Find(members[0]) != nullptr) RefuseState("a parameter is in two sets");
    loaded.AddSet(members);
    ReadState(set, *loaded.Find(members[0])->set);
  }
  seats_ = std::move(loaded.seats_);
  for (size_t i = 0; i < groups.size(); ++i) {
    MutableOptionsOf(groups[i]) = OptionsOf(loaded_groups[i]);
  }
}

}  // namespace paceline
