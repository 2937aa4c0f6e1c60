#include "coordinator/cli/doctor/machine_checks.h"

#include "coordinator/cli/doctor/program_checks.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kMegabyte = 1'000'000, kGigabyte = 1'000'000'000;
constexpr char kVersion[] =
    "paceline 0.14.0 (commit 1a2b3c4)\nprotocol 3 to 5\nstore format 2\nengine build "
    "0123456789abcdef\n";

// What is said, and that there is something to do unless all is well.
void ExpectFinding(const Finding& finding, Verdict verdict, const char* what) {
  EXPECT_EQ(finding.verdict, verdict) << finding.what;
  EXPECT_THAT(finding.what, HasSubstr(what));
  EXPECT_EQ(finding.to_do.empty(), verdict == Verdict::kOk) << finding.to_do;
  EXPECT_EQ((finding.what + finding.to_do).find('\n'), std::string::npos);
}

TEST(Doctor, LooksAtTheDisk) {
  const auto check = [](uint64_t free) {
    return CheckDisk("/srv", DiskFacts{.free_bytes = free, .total_bytes = 100 * kGigabyte});
  };
  ExpectFinding(check(50 * kGigabyte), Verdict::kOk, "50.0 GB of 100 GB free where /srv is");
  ExpectFinding(check(kGigabyte), Verdict::kWarn, "1.00 GB");
  ExpectFinding(check(kMegabyte), Verdict::kBad, "1.00 MB");
  ExpectFinding(CheckDisk("/srv", absl::PermissionDeniedError("cannot look at /srv")),
                Verdict::kBad, "cannot look at /srv");
}

TEST(Doctor, LooksAtTheLimitOfOpenFiles) {
  ExpectFinding(CheckDescriptors({.soft = 1024, .hard = 1 << 20}), Verdict::kOk, "1048576 at most");
  ExpectFinding(CheckDescriptors({.soft = 1024, .hard = 1024}), Verdict::kWarn, "1024 open files");
  ExpectFinding(CheckDescriptors({.soft = 64, .hard = 64}), Verdict::kBad, "64 at most");
}

TEST(Doctor, LooksAtTheMemory) {
  const auto check = [](uint64_t available) {
    return CheckMemory({.available_bytes = available, .total_bytes = 64 * kGigabyte});
  };
  ExpectFinding(check(32 * kGigabyte), Verdict::kOk, "32.0 GB can be had of 64.0 GB");
  ExpectFinding(check(500 * kMegabyte), Verdict::kWarn, "500 MB");
  ExpectFinding(check(50 * kMegabyte), Verdict::kBad, "50.0 MB");
  ExpectFinding(check(0), Verdict::kWarn, "does not say");
}

TEST(Doctor, LooksForAGpu) {
  ExpectFinding(CheckGpu({}), Verdict::kOk, "none");
  ExpectFinding(CheckGpu({.device = true}), Verdict::kBad, "no driver");
  ExpectFinding(CheckGpu({.driver = "580.1"}), Verdict::kBad, "no device in /dev");
  ExpectFinding(CheckGpu({.device = true, .driver = "580.1"}), Verdict::kWarn, "no CUDA");
  ExpectFinding(CheckGpu({.device = true, .driver = "580.1", .module = true}), Verdict::kOk,
                "driver 580.1, for paceline-worker --device cuda");
}

TEST(Doctor, ComparesThePrograms) {
  std::string other = kVersion;
  other.replace(other.find("format 2"), 8, "format 1");
  struct Case {
    ProgramFacts program;
    Verdict verdict;
    const char *what, *to_do;
  };
  for (const Case& c : std::vector<Case>{
           {{.name = "paceline-worker", .text = kVersion},
            Verdict::kOk,
            "paceline-worker 0.14.0 (commit 1a2b3c4), protocol 3 to 5, store format 2",
            ""},
           {{.name = "paceline-worker", .text = other},
            Verdict::kWarn,
            "store format 1",
            "paceline has another store format (2)"},
           {{.name = "paceline-worker", .error = "libtorch_cpu.so: cannot open shared object"},
            Verdict::kBad,
            "does not start: libtorch_cpu.so",
            "install LibTorch"},
           {{.name = "paceline-coordinator", .error = "cannot run"},
            Verdict::kBad,
            "paceline-coordinator does not start: cannot run",
            "install it beside paceline"}}) {
    const Finding finding = CheckPrograms(kVersion, {c.program}).at(0);
    ExpectFinding(finding, c.verdict, c.what);
    EXPECT_THAT(finding.to_do, HasSubstr(c.to_do));
  }
}

TEST(Doctor, SaysItInTwoLinesAndAsJson) {
  const std::vector<Finding> findings = {
      {.subject = "gpu", .what = "none"},
      {.verdict = Verdict::kBad, .subject = "disk", .what = "full\x1b[2J", .to_do = "make room"}};
  EXPECT_TRUE(AnyBad(findings));
  EXPECT_FALSE(AnyBad({findings[0]}));
  EXPECT_EQ(FindingsText(findings),
            "ok    gpu          none\n"
            "bad   disk         full [2J\n"
            "                   -> make room\n");
  EXPECT_EQ(FindingsJson(findings)[1]["verdict"], "bad");
  EXPECT_EQ(FindingsJson(findings)[1]["to_do"], "make room");
}

}  // namespace
}  // namespace paceline
