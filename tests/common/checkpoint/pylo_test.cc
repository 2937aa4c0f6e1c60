#include "common/checkpoint/pylo.h"

#include <bit>
#include <cmath>
#include <filesystem>

#include "common/base/file.h"
#include "common/checkpoint/formats.h"
#include "common/checkpoint/theta_leaves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
using testing::ExpectSame;

class PyloTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) { return folder_.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(Path(name), text).ok());
  }
  Json ReadJson(const std::string& name) { return Json::parse(*ReadFile(Path(name))); }
  void Export(const TrainedOptimizer& trained) {
    const absl::Status status = WritePyloFolder(trained, folder_.path());
    ASSERT_TRUE(status.ok()) << status;
  }
  void ExpectRefusal(const std::string& words) {
    const auto read = ReadPyloFolder(folder_.path());
    ASSERT_FALSE(read.ok());
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(words));
  }
  // Leaves only what PyLO's own files have.
  void DropMetadata(const std::string& name) {
    TensorFile file = *ReadSafetensors(Path(name));
    file.metadata = {{"format", "pt"}};
    Write(name, SerializeSafetensors(file));
  }

  TemporaryFolder folder_;
};

TEST_F(PyloTest, MetaMlpHasTorchsNamesAndShapes) {
  Export(testing::Trained("{adafac_mlp: {hidden: 32, step_multiplier: 0.01}}"));
  EXPECT_EQ(ReadJson("config.json"),
            Json({{"input_size", 39}, {"hidden_size", 32}, {"hidden_layers", 1}}));
  const auto file = ReadSafetensors(Path("model.safetensors"));
  ASSERT_TRUE(file.ok()) << file.status();
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, tensor] : file->tensors) shapes[name] = tensor.shape;
  EXPECT_EQ(shapes,
            (std::map<std::string, std::vector<int64_t>>{{"network.input.weight", {32, 39}},
                                                         {"network.input.bias", {32}},
                                                         {"network.linear_0.weight", {32, 32}},
                                                         {"network.linear_0.bias", {32}},
                                                         {"network.output.weight", {2, 32}},
                                                         {"network.output.bias", {2}}}));
  EXPECT_EQ(file->metadata.at("format"), "pt");
  EXPECT_EQ(file->metadata.at("step"), "3");
  EXPECT_EQ(file->metadata.at("step_mult"), "0.01");
  EXPECT_TRUE(Json::parse(file->metadata.at("momentum_decays")).is_array());
  const Json kwargs = ReadJson("pylo_kwargs.json");
  EXPECT_EQ(kwargs["step_mult"], 0.01);
  EXPECT_EQ(kwargs["exp_mult"], 0.001);
  EXPECT_EQ(kwargs["adafactor_decays"].size(), 3u);
}

TEST_F(PyloTest, AdafacMlpComesBackBitForBit) {
  for (const char* yaml : {"{adafac_mlp: {hidden: 4}}", "{adafac_mlp: {hidden: 32, layers: 1}}",
                           "{adafac_mlp: {hidden: 5, layers: 4, exp_multiplier: 0.1}}"}) {
    for (const TrainedOptimizer& trained : {testing::Trained(yaml), testing::Untrained(yaml)}) {
      Export(trained);
      const auto read = ReadPyloFolder(folder_.path());
      ASSERT_TRUE(read.ok()) << read.status();
      ExpectSame(*read, trained);
    }
  }
}

TEST_F(PyloTest, AFolderWithoutOurMetadataIsReadByItsConfigAndKwargs) {
  const TrainedOptimizer trained = testing::Untrained("{adafac_mlp: {hidden: 6, layers: 3}}");
  Export(trained);
  DropMetadata("model.safetensors");
  const auto read = ReadPyloFolder(folder_.path());
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, trained);
  EXPECT_EQ(read->origin, "a folder of PyLO's AdafacLO_naive");
}

// Makes every float an element of `dtype`.
template <class Narrow>
void Rewrite(TensorFile& file, DType dtype, const Narrow& narrow) {
  for (auto& [name, tensor] : file.tensors) {
    std::string data;
    for (const float value : tensor.f32()) {
      const auto element = narrow(value);
      data.append(reinterpret_cast<const char*>(&element), sizeof element);
    }
    tensor = {dtype, tensor.shape, data};
  }
}

TEST_F(PyloTest, HalfBfloat16AndDoubleTensorsAreWidened) {
  TrainedOptimizer trained = testing::Untrained("{adafac_mlp: {hidden: 6}}");
  const auto bits = [](float value) { return std::bit_cast<uint32_t>(value); };
  // Such as bfloat16 and half have: 8 digits, an exponent near 0.
  for (float& value : trained.theta) {
    value = std::bit_cast<float>(bits(value) & 0xffff0000u);
    if (std::abs(value) < 0x1p-14f) value = 0;
  }
  const auto to_half = [&](float value) {
    if (value == 0) return uint16_t{0};
    const uint32_t exponent = (bits(value) >> 23 & 0xff) - 127 + 15;
    return static_cast<uint16_t>(bits(value) >> 31 << 15 | exponent << 10 |
                                 (bits(value) >> 13 & 0x3ff));
  };
  Export(trained);
  DropMetadata("model.safetensors");
  const TensorFile floats = *ReadSafetensors(Path("model.safetensors"));
  for (const DType dtype : {DType::kF16, DType::kBf16, DType::kF64}) {
    TensorFile file = floats;
    if (dtype == DType::kF16) Rewrite(file, dtype, to_half);
    if (dtype == DType::kBf16) {
      Rewrite(file, dtype, [&](float value) { return static_cast<uint16_t>(bits(value) >> 16); });
    }
    if (dtype == DType::kF64) Rewrite(file, dtype, [](float value) { return double{value}; });
    Write("model.safetensors", SerializeSafetensors(file));
    const auto read = ReadPyloFolder(folder_.path());
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read, trained);
  }
}

TEST_F(PyloTest, AnotherElementTypeIsNamedWhereItIsUsed) {
  Export(testing::Untrained("{adafac_mlp: {hidden: 6}}"));
  TensorFile file = *ReadSafetensors(Path("model.safetensors"));
  file.tensors["network.input.bias"] = {DType::kF8E4m3, {6}, "abcdef"};
  Write("model.safetensors", SerializeSafetensors(file));
  ExpectRefusal("\"network.input.bias\" is F8_E4M3 [6]; F32, F16, BF16 or F64 [6] is expected");
}

TEST_F(PyloTest, WhatAFolderDoesNotSayIsAskedFor) {
  Export(testing::Untrained("{adafac_mlp: {hidden: 6}}"));
  DropMetadata("model.safetensors");
  std::filesystem::remove(Path("pylo_kwargs.json"));
  ExpectRefusal("pylo_kwargs.json has no \"exp_mult\"");
  Write("pylo_kwargs.json", R"({"exp_mult": 0.001, "step_mult": 0.001})");
  ExpectRefusal("\"momentum_decays\", 3 numbers, is expected");
  Write("pylo_kwargs.json", R"({"exp_mult": 0.001, "step_mult": 0.001, "momentum_decays": [0, 0, 0],
                               "rms_decays": [0], "adafactor_decays": [0, 0, 0]})");
  EXPECT_TRUE(ReadPyloFolder(folder_.path()).ok());
}

TEST_F(PyloTest, DamagedFoldersAreRefused) {
  EXPECT_TRUE(absl::IsNotFound(ReadPyloFolder(Path("nothing")).status()));
  Export(testing::Trained("{adafac_mlp: {hidden: 6}}"));
  const std::string kwargs = *ReadFile(Path("pylo_kwargs.json"));
  Write("pylo_kwargs.json", "{");
  ExpectRefusal("pylo_kwargs.json: not JSON at byte 2");
  Write("pylo_kwargs.json", "[]");
  ExpectRefusal("not a JSON object");
  Write("pylo_kwargs.json", std::string(50, '[') + std::string(50, ']'));
  ExpectRefusal("nested deeper than 8");
  Write("pylo_kwargs.json", R"({"lr": 1, "lr": 2})");
  ExpectRefusal("one key twice");
  Write("pylo_kwargs.json", R"({"momentum_decays": [1, 2]})");
  ExpectRefusal("\"momentum_decays\", 3 numbers, is expected");
  Write("pylo_kwargs.json", R"({"momentum_decays": [1, 2, 3]})");
  ExpectRefusal("its metadata says");
  Write("pylo_kwargs.json", R"({"momentum_decays": [1, 2, 1e999]})");
  ExpectRefusal("JSON that cannot be read");
  Write("pylo_kwargs.json", kwargs);
  TensorFile file = *ReadSafetensors(Path("model.safetensors"));
  file.tensors["network.linear_1.bias"] = Tensor::F32({1}, std::vector<float>{1});
  Write("model.safetensors", SerializeSafetensors(file));
  ExpectRefusal("model.safetensors: it has 7 tensors; 6 are expected");
  file.tensors.erase("network.linear_1.bias");
  file.tensors["network.input.bias"] = Tensor::F32({1}, std::vector<float>{1});
  Write("model.safetensors", SerializeSafetensors(file));
  ExpectRefusal("\"network.input.bias\" is F32 [1]; F32, F16, BF16 or F64 [6] is expected");
  file.tensors.erase("network.input.bias");
  Write("model.safetensors", SerializeSafetensors(file));
  ExpectRefusal("no tensor \"network.input.bias\"");
}

TEST_F(PyloTest, AConfigOutOfRangeIsRefused) {
  Export(testing::Untrained("{adafac_mlp: {hidden: 6}}"));
  DropMetadata("model.safetensors");
  for (const auto& [config, words] : std::map<std::string, std::string>{
           {R"({"hidden_size": 0, "hidden_layers": 1})", "adafac_mlp.hidden is 0"},
           {R"({"hidden_size": 6, "hidden_layers": 99})", "adafac_mlp.layers is 100"},
           {R"({"hidden_size": -6, "hidden_layers": 1})", "\"hidden_size\" is not a whole number"},
           {R"({"hidden_size": 6.5, "hidden_layers": 1})", "not a whole number"},
           {R"({"hidden_size": 6})", "config.json has no \"hidden_layers\""},
           {R"({"input_size": 40, "hidden_size": 6, "hidden_layers": 1})", "not 39"}}) {
    Write("config.json", config);
    ExpectRefusal(words);
  }
}

TEST_F(PyloTest, Celo2ComesBackBitForBit) {
  for (const char* yaml :
       {"{celo2: {}}", "{celo2: {hidden: 5, layers: 3, newton_schulz_steps: 0, beta2: 0.5}}",
        "{celo2: {weight_decay: 0.1, clip: {global_norm: 1}}}", "{celo2: {clip: {element: 3}}}"}) {
    const TrainedOptimizer trained = testing::Untrained(yaml);
    Export(trained);
    auto read = ReadPyloFolder(folder_.path());
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read, trained);
    DropMetadata("model.safetensors");
    read = ReadPyloFolder(folder_.path());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->theta, trained.theta);
    EXPECT_EQ(read->optimizer.celo2().newton_schulz_steps() > 0,
              trained.optimizer.celo2().newton_schulz_steps() > 0);
    EXPECT_EQ(read->optimizer.celo2().clip().DebugString(),
              trained.optimizer.celo2().clip().DebugString());
  }
}

TEST_F(PyloTest, Celo2WithoutArgumentsHasPylosOwn) {
  Export(testing::Untrained("{celo2: {adam_multiplier: 20}}"));
  DropMetadata("model.safetensors");
  std::filesystem::remove(Path("pylo_kwargs.json"));
  const auto read = ReadPyloFolder(folder_.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->optimizer.celo2().adam_multiplier(), 1);
  EXPECT_EQ(read->optimizer.celo2().clip().element(), 1000);
  Write("config.json", R"({"feature_dims": [30], "hidden_size": 8})");
  ExpectRefusal("not of CELO2's 30 inputs in 14 groups");
}

TEST_F(PyloTest, VeloComesBackBitForBit) {
  for (const char* yaml :
       {"{hyper_v2: {}}", "{hyper_v2: {lstm_hidden: 512, param_inits: 256}}",
        "{hyper_v2: {lstm_hidden: 5, param_inits: 3, ff_hidden_size: 6, ff_hidden_layers: 1}}",
        "{hyper_v2: {momentum_decays: [0.5, 0.6, 0.7], rms_decay: 0.9, ff_hidden_layers: 3}}"}) {
    const TrainedOptimizer trained = testing::Trained(yaml);
    TemporaryFolder folder;
    ASSERT_TRUE(WritePyloFolder(trained, folder.path()).ok());
    const auto read = ReadPyloFolder(folder.path());
    ASSERT_TRUE(read.ok()) << yaml << read.status();
    ExpectSame(*read, trained);
  }
}

// PyLO's class knows one start of each decay: others are told as offsets from it.
TEST_F(PyloTest, DecaysThatStartElsewhereAreArgumentsWithTheSameEffect) {
  const TrainedOptimizer trained = testing::Trained(
      "{adafac_mlp: {momentum_decays: [0.5, 0.9, 0.95], rms_decays: [0.99], "
      "adafactor_decays: [0, 0.99, 0.9999]}}");
  Export(trained);
  const Json kwargs = ReadJson("pylo_kwargs.json");
  const ThetaLayout layout = LayoutOf(trained.optimizer);
  const auto expect = [&](const char* path, std::vector<double> starts, std::vector<double> pylos) {
    const ThetaLeaf& leaf = layout.leaf(path);
    for (size_t i = 0; i < starts.size(); ++i) {
      const double own = (1 - starts[i]) * std::exp(10 * trained.theta[leaf.offset + i]);
      const double theirs = (1 - pylos[i]) * std::exp(10 * kwargs[path][i].get<double>());
      EXPECT_NEAR(theirs / own, 1, 1e-5) << path << " " << i;
    }
  };
  expect("momentum_decays", {0.5, 0.9, 0.95}, {0.9, 0.99, 0.999});
  expect("rms_decays", {0.99}, {0.999});
  expect("adafactor_decays", {0, 0.99, 0.9999}, {0.9, 0.99, 0.999});
  const auto read = ReadPyloFolder(folder_.path());
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, trained);
  // By its arguments alone, with the constants told beside it.
  DropMetadata("model.safetensors");
  const auto told = ReadPyloFolder(folder_.path(), trained.optimizer);
  ASSERT_TRUE(told.ok()) << told.status();
  for (size_t i = 0; i < told->theta.size(); ++i) {
    EXPECT_NEAR(told->theta[i], trained.theta[i], 1e-6) << i;
  }
}

TEST_F(PyloTest, VeloIsReadByItsOwnFiles) {
  const TrainedOptimizer trained = testing::Untrained(
      "{hyper_v2: {lstm_hidden: 8, param_inits: 5, momentum_decays: [0.5, 0.6, 0.7]}}");
  Export(trained);
  DropMetadata("rnn/model.safetensors");
  DropMetadata("mlp/model.safetensors");
  TensorFile file = *ReadSafetensors(Path("mlp/model.safetensors"));
  file.tensors.erase("input_weights");  // overwritten by PyLO before use
  Write("mlp/model.safetensors", SerializeSafetensors(file));
  const auto read = ReadPyloFolder(folder_.path());
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, trained);
  std::filesystem::remove_all(Path("mlp"));
  EXPECT_TRUE(absl::IsNotFound(ReadPyloFolder(folder_.path()).status()));
}

TEST_F(PyloTest, VeloHasThePublishedShapes) {
  Export(testing::Untrained("{hyper_v2: {lstm_hidden: 512, param_inits: 256}}"));
  const auto rnn = ReadSafetensors(Path("rnn/model.safetensors"));
  const auto mlp = ReadSafetensors(Path("mlp/model.safetensors"));
  using Shape = std::vector<int64_t>;
  EXPECT_EQ(rnn->tensors.at("lstm.linear.weight").shape, (Shape{2048, 1024}));
  EXPECT_EQ(rnn->tensors.at("mix_layer1.weight").shape, (Shape{512, 30}));
  EXPECT_EQ(rnn->tensors.at("rnn_to_controls.weight").shape, (Shape{256, 512}));
  EXPECT_EQ(rnn->tensors.at("lstm_init_state.1").shape, (Shape{1, 512}));
  EXPECT_EQ(mlp->tensors.at("input_weights_").shape, (Shape{256, 4, 30}));
  EXPECT_EQ(mlp->tensors.at("hidden_weights_.0").shape, (Shape{256, 4, 4}));
  EXPECT_EQ(mlp->tensors.at("output_weights_").shape, (Shape{256, 3, 4}));
  size_t rnn_size = 0, bank = 0, scratch = 0;
  for (const auto& [name, tensor] : rnn->tensors) rnn_size += tensor.elements();
  for (const auto& [name, tensor] : mlp->tensors) {
    (name.find('_', name.find('_') + 1) == std::string::npos ? scratch : bank) += tensor.elements();
  }
  EXPECT_EQ(rnn_size, 2'279'681u);
  EXPECT_EQ(bank, 40'704u);
  EXPECT_EQ(scratch, 159u);
}

TEST_F(PyloTest, WhatPyloDoesNotDoIsRefused) {
  for (const char* yaml :
       {"{adafac_mlp: {layers: 0}}", "{adafac_mlp: {features: [gradient]}}",
        "{adafac_mlp: {clip: {element: 1}}}", "{adafac_mlp: {update_rms: {}}}",
        "{celo2: {layers: 0}}", "{mu_adafac_mlp: {}}", "{hyper_v2: {mix_layers: false}}",
        "{hyper_v2: {use_bugged_loss_features: true}}"}) {
    const absl::Status status = WritePyloFolder(testing::Untrained(yaml), Path("x"));
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << yaml << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("PyLO has")) << yaml;
  }
}

TEST_F(PyloTest, AnOptimizerThatPyloHasNotIsRefusedByName) {
  const absl::Status status =
      WritePyloFolder(testing::Untrained("{mlp_lopt: {}}"), folder_.path() + "/x");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("PyLO has no mlp_lopt; it has adafac_mlp, celo2 and hyper_v2"));
  EXPECT_FALSE(std::filesystem::exists(Path("x")));
}

TEST_F(PyloTest, AnIndependentReaderOfPylosLayoutComputesTheSame) {
  const char* deps = std::getenv("PACELINE_DEPS");
  const std::string python = std::string(deps ? deps : "") + "/testing/venv/bin/python";
  if (!std::filesystem::exists(python)) {
    GTEST_SKIP() << "*** NOT TESTED: no Python with numpy at " << python << "; run deploy/setup.sh";
  }
  for (const char* yaml : {"{adafac_mlp: {hidden: 32}}", "{adafac_mlp: {hidden: 4, layers: 3}}",
                           "{celo2: {}}", "{celo2: {hidden: 5, layers: 1}}", "{hyper_v2: {}}",
                           "{hyper_v2: {lstm_hidden: 7, param_inits: 3, ff_hidden_layers: 3}}"}) {
    const TrainedOptimizer trained = testing::Trained(yaml);
    TemporaryFolder folder;
    ASSERT_TRUE(WritePyloFolder(trained, folder.path()).ok());
    const std::string ours = folder.path() + "/ours.safetensors";
    ASSERT_TRUE(ExportOptimizer(trained, OptimizerFormat::kSafetensors, ours).ok());
    const Finished finished =
        RunProgram(python, {"tests/common/checkpoint/pylo_modules.py", folder.path(), ours});
    EXPECT_EQ(finished.status, 0) << yaml << "\n" << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("same"));
  }
}

}  // namespace
}  // namespace paceline
