// Every input that the fuzzers begin with, or once stumbled over, by every harness: in any build,
// under any sanitizer, without libFuzzer.
#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/file.h"
#include "tests/fuzz/harness.h"

namespace paceline {
namespace {

TEST(FuzzCorpus, IsReadByEveryHarnessWithoutHarm) {
  int inputs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/fuzz/corpus")) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().string());
    const auto bytes = ReadFile(entry.path().string());
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    fuzz::Safetensors(*bytes);
    fuzz::ThetaState(*bytes);
    fuzz::Pylo(*bytes);
    fuzz::Config(*bytes);
    fuzz::Suite(*bytes);
    fuzz::Evaluation(*bytes);
    fuzz::Csv(*bytes);
    fuzz::BytePairs(*bytes);
    fuzz::Idx(*bytes);
    fuzz::Npy(*bytes);
    fuzz::TensorArray(*bytes);
    fuzz::Cifar(*bytes);
    fuzz::Digits(*bytes);
    fuzz::Http(*bytes);
    fuzz::ClientHello(*bytes);
    fuzz::Traceparent(*bytes);
    fuzz::Spans(*bytes);
    ++inputs;
  }
  EXPECT_GT(inputs, 20);
}

}  // namespace
}  // namespace paceline
