// LearnedOptimizer's state in torch's archives.
#include <torch/serialize/archive.h>

#include <algorithm>
#include <stdexcept>

#include "common/base/digest.h"
#include "fmt/format.h"
#include "worker/torch_optimizer/learned_optimizer_impl.h"
#include "worker/torch_optimizer/turned.h"

namespace paceline {
namespace {

using torch::serialize::InputArchive;
using torch::serialize::OutputArchive;
using Groups = std::vector<torch::optim::OptimizerParamGroup>;

constexpr char kFormat[] = "paceline-optimizer-1";

[[noreturn]] void Refuse(const std::string& text) {
  throw std::invalid_argument("LearnedOptimizer: the state cannot be loaded: " + text);
}

template <class Read>
auto ReadKey(InputArchive& archive, const std::string& key, const Read& read) {
  c10::IValue value;
  if (!archive.try_read(key, value)) Refuse("it has no \"" + key + "\"");
  try {
    return read(value);
  } catch (const c10::Error&) {
    Refuse("\"" + key + "\" is of another type");
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
  if (tensor.scalar_type() != torch::kFloat32) Refuse("\"" + key + "\" is not float32");
  return tensor.to(torch::kCPU).contiguous();
}

InputArchive ReadArchive(InputArchive& archive, const std::string& key) {
  InputArchive inner;
  if (!archive.try_read(key, inner)) Refuse("it has no \"" + key + "\"");
  return inner;
}

void Expect(const std::string& what, const std::string& saved, const std::string& own) {
  if (saved == own) return;
  Refuse(fmt::format("its {} is {}, here it is {}", what, saved.substr(0, 80), own));
}

std::vector<torch::Tensor> AllParameters(const Groups& groups) {
  std::vector<torch::Tensor> all;
  for (const auto& group : groups) {
    all.insert(all.end(), group.params().begin(), group.params().end());
  }
  return all;
}

std::string ShapesText(const Groups& groups) {
  std::string text;
  for (const auto& group : groups) {
    text += text.empty() ? "" : "; ";
    for (const torch::Tensor& parameter : group.params()) text += c10::str(parameter.sizes(), " ");
  }
  return text;
}

}  // namespace

void LearnedOptimizer::Impl::Save(const Groups& groups, OutputArchive& archive) const {
  archive.write("format", c10::IValue(kFormat));
  archive.write("optimizer", c10::IValue(kind_));
  archive.write("digest", c10::IValue(ThetaDigest(trained_.theta)));
  archive.write("shapes", c10::IValue(ShapesText(groups)));
  for (size_t i = 0; i < groups.size(); ++i) {
    OutputArchive options(archive.compilation_unit());
    OptionsOf(groups[i]).serialize(options);
    archive.write(fmt::format("group {}", i), options);
  }
  const std::vector<torch::Tensor> all = AllParameters(groups);
  archive.write("sets", c10::IValue(static_cast<int64_t>(sets_.size())));
  for (size_t i = 0; i < sets_.size(); ++i) {
    std::vector<int64_t> members;  // places among all parameters, in the set's order
    std::map<size_t, int64_t> ordered;
    for (size_t k = 0; k < all.size(); ++k) {
      const auto seat = places_.find(all[k].unsafeGetTensorImpl());
      if (seat != places_.end() && seat->second.set == i) {
        ordered[seat->second.number] = static_cast<int64_t>(k);
      }
    }
    for (const auto& [number, place] : ordered) members.push_back(place);
    const std::span<const float> state = sets_[i].state();
    torch::Tensor values = torch::empty({static_cast<int64_t>(state.size())});
    std::ranges::copy(state, values.data_ptr<float>());
    OutputArchive set(archive.compilation_unit());
    set.write("members", c10::IValue(members));
    set.write("iteration", c10::IValue(sets_[i].iteration()));
    set.write("state", c10::IValue(values));
    archive.write(fmt::format("set {}", i), set);
  }
}

void LearnedOptimizer::Impl::Load(Groups& groups, InputArchive& archive) {
  Expect("format", ReadText(archive, "format"), kFormat);
  Expect("optimizer", ReadText(archive, "optimizer"), kind_);
  Expect("checkpoint's digest", ReadText(archive, "digest"), ThetaDigest(trained_.theta));
  Expect("list of the parameters' shapes", ReadText(archive, "shapes"), ShapesText(groups));
  const std::vector<torch::Tensor> all = AllParameters(groups);
  std::vector<LearnedOptimizerOptions> options(groups.size());
  std::vector<const LearnedOptimizerOptions*> option_of;
  for (size_t i = 0; i < groups.size(); ++i) {
    InputArchive inner = ReadArchive(archive, fmt::format("group {}", i));
    options[i] = OptionsOf(groups[i]);
    options[i].serialize(inner);
    option_of.insert(option_of.end(), groups[i].params().size(), &options[i]);
  }
  const std::vector<TensorKind> kinds = KindsOf(groups, options);
  Impl loaded = Impl(trained_, num_steps_);
  const int64_t count = ReadWhole(archive, "sets");
  if (count < 0 || count > static_cast<int64_t>(all.size())) Refuse("\"sets\" is out of range");
  for (int64_t i = 0; i < count; ++i) {
    InputArchive set = ReadArchive(archive, fmt::format("set {}", i));
    std::vector<Present> members;
    for (const int64_t place : ReadList(set, "members")) {
      if (place < 0 || place >= static_cast<int64_t>(all.size()) ||
          loaded.places_.contains(all[place].unsafeGetTensorImpl())) {
        Refuse("a set's members are wrong");
      }
      members.push_back({all[place], option_of[place], kinds[place]});
    }
    if (members.empty()) Refuse("a set has no members");
    loaded.AddSet(members);
    const torch::Tensor state = ReadTensor(set, "state");
    const std::span<const float> values(state.data_ptr<float>(), state.numel());
    if (!loaded.sets_.back().Restore(ReadWhole(set, "iteration"), values)) {
      Refuse(fmt::format("a set has {} values of state, {} are expected", values.size(),
                         loaded.sets_.back().state().size()));
    }
  }
  sets_ = std::move(loaded.sets_);
  places_ = std::move(loaded.places_);
  for (size_t i = 0; i < groups.size(); ++i) {
    static_cast<LearnedOptimizerOptions&>(groups[i].options()) = options[i];
  }
}

}  // namespace paceline
