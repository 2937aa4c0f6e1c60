// Autoencoders whose flags the episode draws, against the library's with those flags: what is
// trained is the drawn loss, what the meta-loss sees is always of the same scale.
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/task/families.h"
#include "tests/testing/golden.h"
#include "tests/testing/golden_networks.h"
#include "tests/testing/network_runs.h"

namespace paceline {
namespace {

using testing::GoldenFile;

struct DrawnFlags {
  v1::Task task;
  std::map<std::string, v1::Flag> drew;  // by the choice's name
};

DrawnFlags WithDrawnFlags(v1::Task task) {
  DrawnFlags drawn;
  const auto draw = [&](const char* name, v1::Flag flag, const auto& set) {
    drawn.drew[name] = flag;
    set(v1::FLAG_ANY);
  };
  if (task.has_vae()) {
    v1::Vae& own = *task.mutable_vae();
    draw("centred", own.centred(), [&](v1::Flag any) { own.set_centred(any); });
    draw("per-dimension loss", own.per_dim_loss(),
         [&](v1::Flag any) { own.set_per_dim_loss(any); });
  } else {
    v1::Autoencoder& own = *task.mutable_autoencoder();
    draw("centred", own.centred(), [&](v1::Flag any) { own.set_centred(any); });
    draw("constrained", own.constrained(), [&](v1::Flag any) { own.set_constrained(any); });
    draw("log loss", own.log_loss(), [&](v1::Flag any) { own.set_log_loss(any); });
  }
  drawn.task = std::move(task);
  return drawn;
}

at::Tensor Doubles(const Tensor& tensor) {
  const auto type = tensor.dtype == DType::kF64 ? at::kDouble : at::kFloat;
  return at::from_blob(const_cast<char*>(tensor.data.data()), tensor.shape, type).to(at::kDouble);
}

void Check(const GoldenFile& file, const std::string& variant, const v1::Task& fixed_task) {
  const DrawnFlags drawn = WithDrawnFlags(fixed_task);
  const Network network = *NetworkOf(drawn.task), fixed = *NetworkOf(fixed_task);
  NetworkInputs inputs = testing::GoldenInputs(file, network);
  ASSERT_EQ(network.choices.size(), drawn.drew.size());
  for (const NetworkChoice& choice : network.choices) {
    inputs.episode.push_back(drawn.drew.at(choice.name) == v1::FLAG_TRUE ? 1.0f : 0.0f);
  }
  std::vector<at::Tensor> parameters;
  for (const ParameterTensor& tensor : network.tensors) {
    parameters.push_back(Doubles(file.at("param/" + tensor.name)));
  }
  const testing::NetworkRun run = testing::RunOne(network, parameters, inputs);
  for (size_t t = 0; t < network.tensors.size(); ++t) {
    const at::Tensor wanted = Doubles(file.at("grad64/" + variant + "/" + network.tensors[t].name));
    EXPECT_LE((run.gradients[t] - wanted).abs().max().item<double>(),
              1e-12 * wanted.abs().max().item<double>())
        << network.tensors[t].name;
  }
  const double loss = file.at("loss64/" + variant).f64()[0];
  EXPECT_NEAR(network.meta_loss(run.values.loss.item<float>()),
              fixed.meta_loss(static_cast<float>(loss)), 1e-5);
}

TEST(GoldenFlags, DrawnOnesTrainAsFixedOnesAndHaveTheirMetaLoss) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const std::string kind = file.config.at("task").get<std::string>();
    if (kind != "param_image_mlp_ae" && kind != "param_image_mlp_vae") return "no flags";
    for (const std::string& variant : testing::VariantsOf(file)) {
      SCOPED_TRACE(variant);
      const absl::StatusOr<v1::Task> task = testing::ConfigOf(file, variant);
      if (!task.ok()) return std::string(task.status().message());
      Check(file, variant, *task);
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
