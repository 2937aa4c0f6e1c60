// export, import and hash of files: no coordinator is needed.
#include <filesystem>
#include <sstream>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/checkpoint/formats.h"
#include "coordinator/cli/commands/context.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class OptimizerFilesTest : public ::testing::Test {
 protected:
  OptimizerFilesTest() {
    const absl::Status status =
        ExportOptimizer(trained_, OptimizerFormat::kSafetensors, Path("own.safetensors"));
    EXPECT_TRUE(status.ok()) << status;
  }

  std::string Path(const std::string& name) { return folder_.path() + "/" + name; }
  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return RunPaceline(arguments, {.out = out_, .err = err_, .program_folder = ""});
  }
  std::string out() { return out_.str(); }
  std::string err() { return err_.str(); }

  TemporaryFolder folder_;
  const TrainedOptimizer trained_ = testing::Trained("{adafac_mlp: {hidden: 4}}");
  std::ostringstream out_, err_;
};

TEST_F(OptimizerFilesTest, AFileGoesThroughEveryFormatAndComesBack) {
  const std::string digest = ThetaDigest(trained_.theta);
  EXPECT_EQ(Run({"hash", Path("own.safetensors")}), 0) << err();
  EXPECT_EQ(out(), Path("own.safetensors") + " " + digest + "\n");
  for (const auto& [format, optimizer] :
       {std::pair("safetensors", ""), std::pair("theta-state", "{adafac_mlp: {hidden: 4}}"),
        std::pair("pylo", "")}) {
    const std::string path = Path(std::string("x-") + format);
    EXPECT_EQ(Run({"export", Path("own.safetensors"), "--format", format, "--out", path}), 0)
        << err();
    EXPECT_THAT(out(), HasSubstr(digest));
    std::vector<std::string> import = {"import", path, "--out", Path("back.safetensors"),
                                       "--force"};
    if (*optimizer != '\0') import.insert(import.end(), {"--optimizer", optimizer});
    EXPECT_EQ(Run(import), 0) << err();
    EXPECT_EQ(out(), "adafac_mlp, 197 meta-parameters, digest " + digest + ", written to " +
                         Path("back.safetensors") + "\n");
    const auto back = ReadTrainedOptimizer(Path("back.safetensors"));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->theta, trained_.theta);
  }
}

TEST_F(OptimizerFilesTest, TheOptimizerMayBeGivenAsAConfigFile) {
  ASSERT_TRUE(
      WriteFileAtomically(Path("a.yaml"), "optimizer: {adafac_mlp: {hidden: 4}}\nname: a\n").ok());
  ASSERT_EQ(Run({"export", Path("own.safetensors"), "--format", "theta-state", "-o", Path("t")}),
            0);
  EXPECT_EQ(Run({"import", Path("t"), "--optimizer", Path("a.yaml"), "-o", Path("b")}), 0) << err();
  EXPECT_EQ(Run({"import", Path("t"), "--optimizer", Path("none.yaml"), "-o", Path("b")}), 4);
}

TEST_F(OptimizerFilesTest, WrongUseIsRefusedWithoutWriting) {
  const auto refused = [this](const std::vector<std::string>& arguments, const char* words) {
    EXPECT_EQ(Run(arguments), 2) << out();
    EXPECT_THAT(err(), HasSubstr(words));
    EXPECT_FALSE(std::filesystem::exists(Path("x")));
  };
  const std::string own = Path("own.safetensors");
  refused({"export", own, "--format", "onnx", "-o", Path("x")}, "safetensors, theta-state or pylo");
  refused({"export", own, "--step", "3", "-o", Path("x")}, "a file holds one step");
  refused({"import", own, "--optimizer", "{mlp_lopt: {}}", "-o", Path("x")},
          "leave out --optimizer");
  refused({"import", own, "--optimizer", "{mlp_lpt: {}}", "-o", Path("x")}, "mlp_lopt");
  refused({"import", own, "--format", "theta-state", "-o", Path("x")}, "not a theta.state");
  refused({"import", own}, "--out");
  EXPECT_EQ(Run({"hash", Path("none.safetensors")}), 4);
  EXPECT_EQ(Run({"export", Path("none.safetensors"), "-o", Path("x")}), 4);
}

}  // namespace
}  // namespace paceline
