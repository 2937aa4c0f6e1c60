// Networks against the numbers of google/learned_optimization: every task_*.safetensors of the
// golden folder whose task is a network, in every variant; one run in double and in float, in float
// among other runs at every place, and by SIMD. What the file says of the batch norms' running
// statistics and of the meta-loss is compared too.
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "common/task/task_fault.h"
#include "tests/testing/golden_networks.h"
#include "tests/testing/network_runs.h"

namespace paceline {
namespace {

using testing::GoldenFile;

constexpr double kExact = 1e-12;
constexpr double kNormalizer = 3e-6, kState = 2e-6;
constexpr double kDecay = 0.9;  // of the library's running statistics
constexpr size_t kRuns = 3;

// In float: of the loss, and of each tensor's largest gradient.
struct Tolerance {
  double loss = 2e-6, gradient = 1e-5;
};

Tolerance ToleranceOf(const std::string& kind, bool batch_norm) {
  if (kind == "image_mlp" || kind == "conv") return {1e-6, 2e-6};
  if (kind == "image_mlp_norm" && batch_norm) return {.gradient = 5e-4};
  for (const char* large : {"vit", "mixer", "resnet", "lm"}) {
    if (kind.find(large) != std::string::npos) return {.gradient = 1e-4};
  }
  return {};
}

// The library leaves some losses as they are; ours are bounded, and are compared within.
bool IsIdentity(std::span<const float> in, std::span<const float> out) {
  return std::ranges::equal(
      in, out, [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

void CheckMetaLoss(const MetaLossRule& rule, std::span<const float> in,
                   std::span<const float> out) {
  const bool is_identity = IsIdentity(in, out);
  for (size_t i = 0; i < in.size(); ++i) {
    if (is_identity && !(in[i] >= rule.low && in[i] <= rule.high)) continue;
    // The library's convolutions let NaN through; an estimator has no use for it.
    const float expected = std::isnan(out[i]) ? rule.bound() : out[i];
    EXPECT_NEAR(rule(in[i]), expected, kNormalizer * std::max(1.f, std::abs(expected)))
        << "of " << in[i];
  }
  EXPECT_EQ(rule(NAN), rule.bound());
}

// A file's variant: its tensors are "<group>/<variant>/<name>".
class Subject {
 public:
  Subject(const GoldenFile& file, std::string variant, const v1::Task& task)
      : file_(file),
        variant_(std::move(variant)),
        network_(testing::GoldenNetwork(task, file)),
        inputs_(testing::GoldenInputs(file, network_)),
        tolerance_(ToleranceOf(file.config.at("task"), !network_.batch_norms.empty())) {}

  const Network& network() const { return network_; }

  void Check() {
    CheckParameters();
    const std::string name = Name("normalizer_out");
    CheckMetaLoss(network_.meta_loss, file_.at("normalizer_in").f32(),
                  file_.at(file_.has(name) ? name : "normalizer_out").f32());
    const double exact = CheckDouble();
    const testing::NetworkRun run = testing::RunOne(network_, Parameters(at::kFloat), inputs_);
    CheckStatistics(run.values, "new_state",
                    [](double size) { return kState * std::max(1., size); });
    const double alone = Compare(run.values.loss, run.gradients, Best("loss"), tolerance_);
    const double together = CheckTogether();
    const testing::NetworkRun fused = testing::RunFused(network_, Parameters(at::kFloat), inputs_);
    const double by_simd = Compare(fused.values.loss, fused.gradients, Best("loss"), tolerance_);
    fmt::print(
        "  {:<34} {:<16} double {:.2f}, float {:.2f}, among others {:.2f}, by SIMD {:.2f} of the "
        "tolerance\n",
        file_.name, variant_, exact, alone, together, by_simd);
  }

 private:
  // "loss64/relu/..." or "loss64/...".
  std::string Name(const std::string& group, const std::string& rest = "") const {
    std::string name = group;
    if (!variant_.empty()) name += "/" + variant_;
    return rest.empty() ? name : name + "/" + rest;
  }
  // A group's float64 numbers where the file has them.
  std::string Best(const std::string& group, const std::string& rest = "") const {
    const std::string exact = Name(group + "64", rest);
    return file_.has(exact) ? exact : Name(group, rest);
  }

  at::Tensor At(const std::string& name) const {
    const Tensor& tensor = file_.at(name);
    const auto type = tensor.dtype == DType::kF64   ? at::kDouble
                      : tensor.dtype == DType::kI32 ? at::kInt
                                                    : at::kFloat;
    return at::from_blob(const_cast<char*>(tensor.data.data()), tensor.shape, type).to(at::kDouble);
  }

  std::vector<at::Tensor> Parameters(at::ScalarType type) const {
    std::vector<at::Tensor> parameters;
    for (const ParameterTensor& tensor : network_.tensors) {
      parameters.push_back(At("param/" + tensor.name).to(type));
    }
    return parameters;
  }

  void CheckParameters() const {
    ASSERT_EQ(network_.tensors.size(), file_.NamesUnder("param/").size());
    for (const ParameterTensor& tensor : network_.tensors) {
      ASSERT_EQ(tensor.shape, file_.at("param/" + tensor.name).shape) << tensor.name;
    }
  }

  double LargestGradient() const {
    double largest = 0;
    for (const ParameterTensor& tensor : network_.tensors) {
      largest = std::max(largest, At(Best("grad", tensor.name)).abs().max().item<double>());
    }
    return largest;
  }

  // The largest deviation as a part of the tolerance.
  double Compare(const at::Tensor& loss, const std::vector<at::Tensor>& gradients,
                 const std::string& loss_name, const Tolerance& tolerance) const {
    const double expected = At(loss_name).item<double>();
    double largest =
        std::abs(loss.item<double>() - expected) / (tolerance.loss * std::abs(expected));
    EXPECT_LE(largest, 1) << "loss";
    const double floor = 1e-3 * LargestGradient();
    for (size_t i = 0; i < gradients.size(); ++i) {
      const std::string& name = network_.tensors[i].name;
      const at::Tensor wanted = At(Best("grad", name));
      const double size = std::max(floor, wanted.abs().max().item<double>());
      const double off = (gradients[i].to(at::kDouble) - wanted).abs().max().item<double>() /
                         (tolerance.gradient * size);
      EXPECT_LE(off, 1) << name;
      largest = std::isnan(off) ? INFINITY : std::max(largest, off);
    }
    return largest;
  }

  double CheckDouble() const {
    const testing::NetworkRun run = testing::RunOne(network_, Parameters(at::kDouble), inputs_);
    CheckStatistics(run.values, "new_state64",
                    [](double size) { return kExact * std::max(1., size); });
    // Of large files only the first variant has gradients in float64.
    const bool exact = file_.has(Name("grad64", network_.tensors.front().name));
    return Compare(run.values.loss, run.gradients, Name("loss64"),
                   {.loss = kExact, .gradient = exact ? kExact : tolerance_.gradient});
  }

  // hidden ← d·hidden + (1 − d)·value, average = hidden/(1 − d^updates).
  template <class Allowed>
  void CheckStatistics(const PlainValues& values, const std::string& group,
                       const Allowed& allowed) const {
    const auto check = [&](const std::string& name, const at::Tensor& value) {
      const std::string before = "state/" + name;
      const double updates = At(before + "/counter").item<double>() + 1;
      const at::Tensor hidden =
          At(before + "/hidden").reshape({-1}) * kDecay + value.to(at::kDouble) * (1 - kDecay);
      const auto compare = [&](const std::string& what, const at::Tensor& own) {
        const at::Tensor wanted = At(Name(group, name + "/" + what)).reshape({-1});
        EXPECT_LE((own - wanted).abs().max().item<double>(),
                  allowed(wanted.abs().max().item<double>()))
            << name << " " << what;
      };
      compare("hidden", hidden);
      compare("average", hidden / (1 - std::pow(kDecay, updates)));
    };
    ASSERT_EQ(values.means.size(), network_.batch_norms.size());
    for (size_t i = 0; i < values.means.size(); ++i) {
      check(network_.batch_norms[i].mean, values.means[i]);
      check(network_.batch_norms[i].variance, values.variances[i]);
    }
  }

  // The run among others, whose parameters, images and draws are not the file's, at every place.
  double CheckTogether() const {
    const std::vector<at::Tensor> own = Parameters(at::kFloat);
    double largest = 0;
    for (size_t place = 0; place < kRuns; ++place) {
      std::vector<std::vector<at::Tensor>> parameters;
      std::vector<NetworkInputs> inputs;
      for (size_t run = 0; run < kRuns; ++run) {
        const float factor = run == place ? 1 : 1.25f + 0.5f * static_cast<float>(run);
        parameters.emplace_back();
        for (const at::Tensor& tensor : own) parameters.back().push_back(tensor * factor);
        inputs.push_back(Changed(factor));
      }
      const testing::NetworkRuns runs = testing::RunAll(network_, parameters, inputs);
      std::vector<at::Tensor> gradients;
      for (const at::Tensor& gradient : runs.gradients) {
        gradients.push_back(gradient[static_cast<int64_t>(place)]);
      }
      largest = std::max(largest, Compare(runs.losses[static_cast<int64_t>(place)], gradients,
                                          Best("loss"), tolerance_));
    }
    return largest;
  }

  NetworkInputs Changed(float factor) const {
    NetworkInputs changed = inputs_;
    for (HostArray& array : changed.arrays) {
      for (float& value : array.floats) value *= factor;
      if (factor != 1) std::ranges::reverse(array.tokens);
    }
    for (float& value : changed.draws) value *= factor;
    for (float& value : changed.episode) value *= factor;
    return changed;
  }

  const GoldenFile& file_;
  const std::string variant_;
  const Network network_;
  const NetworkInputs inputs_;
  const Tolerance tolerance_;
};

// The plain kinds, which are no networks, are golden_tasks_test's.
TEST(GoldenNetworks, EveryFileIsReproducedInEveryVariant) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    for (const std::string& variant : testing::VariantsOf(file)) {
      SCOPED_TRACE(variant);
      const absl::StatusOr<v1::Task> task = testing::ConfigOf(file, variant);
      if (!task.ok()) return std::string(task.status().message());
      EXPECT_TRUE(IsValid(*task)) << task->ShortDebugString() << FaultOf(*task).what;
      Subject(file, variant, *task).Check();
    }
    return "";
  });
}

// A config of every kind that some file describes, by the library's name.
std::map<std::string, nlohmann::json> ConfigsByKind() {
  std::map<std::string, nlohmann::json> configs;
  for (const std::string& path : testing::GoldenPaths("task_gradient")) {
    const absl::StatusOr<GoldenFile> file = testing::LoadGolden(path);
    if (!file.ok()) continue;
    configs[file->config.at("task")] =
        testing::VariantConfig(*file, testing::VariantsOf(*file).front());
  }
  return configs;
}

// Of how many classes, tokens or pixels, beside what the kind's task file says.
TEST(GoldenNetworks, MetaLossesAreTheLibrarysForEveryNumberOfClasses) {
  const std::map<std::string, nlohmann::json> configs = ConfigsByKind();
  testing::CheckGoldenFiles("normalizers", [&](const GoldenFile& file) -> std::string {
    int checked = 0;
    for (const auto& [type, change] : file.config.at("types").items()) {
      SCOPED_TRACE(type);
      nlohmann::json config = configs.at(change.at("task"));
      config.update(change);
      const absl::StatusOr<v1::Task> task = testing::ConfigOf(config);
      if (!task.ok()) {
        fmt::print("  not supported: {}: {}\n", type, task.status().ToString());
        continue;
      }
      CheckMetaLoss(testing::GoldenNetwork(*task).meta_loss, file.at("in").f32(),
                    file.at("out/" + type).f32());
      ++checked;
    }
    fmt::print("  {} types checked\n", checked);
    return checked == 0 ? "no type" : "";
  });
}

}  // namespace
}  // namespace paceline
