// `paceline estimators` as a program: its figures on a linear system beside exact ones, and what it
// says of a wrong command line.
//
// On influence balancing the state is linear in θ and the loss quadratic in the state, so a pair's
// difference is linear in its perturbations: with s̄ the trajectory at θ and W-step windows, the
// mean loss of window j has the gradient p_jk = (1/W)·Σ_t (s̄_t − 1)·∂s_t/∂θ_k by the θ used in
// window k. For one pair, a window j drawn uniformly from M, and d = 1:
//   E PES = E NRES = mean_j Σ_k p_jk,   E truncated ES = mean_j p_jj
//   Var PES  = mean_j[ j·Σ_k p_jk² + 2·(Σ_k p_jk)² ] − (E PES)²
//   Var NRES = 3·mean_j (Σ_k p_jk)² − (E NRES)²
//   Var full ES = 2·(E NRES)²
#include <array>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using testing::HasSubstr;

constexpr int kLength = 40, kWindow = 5, kWindows = kLength / kWindow, kState = 23;

// The system moved by hand, with one tangent for each window's θ.
struct Exact {
  double mean = 0, truncated = 0, pes = 0, nres = 0, full = 0;

  explicit Exact(double theta) {
    std::array<std::array<double, kState>, kWindows + 1> s{};  // the last: the state itself
    s[kWindows].fill(1);
    double squares = 0, of_pes = 0;
    for (int j = 0; j < kWindows; ++j) {
      std::array<double, kWindows> p{};
      for (int t = 0; t < kWindow; ++t) {
        for (int k = 0; k <= kWindows; ++k) {
          const double force = k == kWindows ? theta : k == j ? 1 : 0;
          for (int i = 0; i < kState; ++i) {
            const double next = i + 1 < kState ? s[k][i + 1] : 0;
            s[k][i] = 0.5 * s[k][i] + 0.5 * next + (i < 10 ? force : -force);
          }
        }
        for (int k = 0; k <= j; ++k) p[k] += (s[kWindows][0] - 1) * s[k][0] / kWindow;
      }
      double sum = 0, own = 0;
      for (int k = 0; k <= j; ++k) sum += p[k], own += p[k] * p[k];
      mean += sum / kWindows, truncated += p[j] / kWindows;
      squares += sum * sum / kWindows;
      of_pes += ((j + 1) * own + 2 * sum * sum) / kWindows;
    }
    pes = of_pes - mean * mean;
    nres = 3 * squares - mean * mean;
    full = 2 * mean * mean;
  }
};

nlohmann::json RowOf(const nlohmann::json& study, const std::string& estimator, int window) {
  for (const auto& row : study["rows"]) {
    if (row["estimator"] == estimator && row["window"] == window) return row;
  }
  ADD_FAILURE() << "no row of " << estimator << ", window " << window;
  return {};
}

// Five standard errors of the figure's own, which must themselves be below `relative`.
void ExpectFigure(const nlohmann::json& figure, double expected, double relative) {
  const double value = figure["value"], error = figure["error"];
  EXPECT_LT(error, relative * std::abs(expected));
  EXPECT_NEAR(value, expected, 5 * error);
}

TEST(EstimatorsProgram, FindsTheExactFiguresOfALinearSystem) {
  const Finished run = RunProgram(
      "paceline", {"estimators", "configs/influence-balancing.yaml", "--set",
                   "episode.constant.steps=40", "--sigma", "0.1", "--window", "5", "--particles",
                   "1", "--length", "40", "--budget", "4000000", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const auto study = nlohmann::json::parse(run.out);
  const Exact exact(0.5);
  ExpectFigure(RowOf(study, "nres", 5)["truth"], std::abs(exact.mean), 0.02);
  ExpectFigure(RowOf(study, "nres", 5)["variance"], exact.nres, 0.05);
  ExpectFigure(RowOf(study, "pes", 5)["variance"], exact.pes, 0.05);
  ExpectFigure(RowOf(study, "full_es", 40)["variance"], exact.full, 0.05);
  ExpectFigure(RowOf(study, "nres", 5)["signal"], std::abs(exact.mean), 0.03);
  ExpectFigure(RowOf(study, "pes", 5)["signal"], std::abs(exact.mean), 0.03);
  EXPECT_LT(RowOf(study, "pes", 5)["bias"]["value"], 0.03 * std::abs(exact.mean));
  ExpectFigure(RowOf(study, "truncated_es", 5)["bias"], std::abs(exact.mean - exact.truncated),
               0.02);
  ExpectFigure(RowOf(study, "truncated_es", 5)["signal"], std::abs(exact.truncated), 0.02);
  EXPECT_EQ(RowOf(study, "nres", 5)["inner_steps"], 10);
  // Without chance: the pathwise gradient of the whole episode.
  EXPECT_NEAR(RowOf(study, "pathwise", 40)["signal"]["value"], std::abs(exact.mean),
              1e-6 * std::abs(exact.mean));
  EXPECT_NEAR(RowOf(study, "pathwise", 40)["variance"]["value"], 0, 1e-9);
}

TEST(EstimatorsProgram, PrintsTheSameTableEveryTimeAndDrawsIt) {
  const TemporaryFolder folder;
  const std::vector<std::string> arguments = {"estimators",  "configs/toy-schedule.yaml",
                                              "--set",       "estimator.block=1",
                                              "--particles", "4",
                                              "--sigma",     "0.3",
                                              "--budget",    "4000",
                                              "--svg",       folder.path() + "/plot.svg",
                                              "--force"};
  const Finished run = RunProgram("paceline", arguments);
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("VARIANCE x STEPS"));
  EXPECT_THAT(run.out, HasSubstr("\nadvice: "));
  EXPECT_THAT(run.err, HasSubstr("measuring: "));
  EXPECT_EQ(RunProgram("paceline", arguments).out, run.out);
  std::FILE* file = std::fopen((folder.path() + "/plot.svg").c_str(), "r");
  ASSERT_NE(file, nullptr);
  char head[5] = {};
  EXPECT_EQ(std::fread(head, 1, 4, file), 4u);
  std::fclose(file);
  EXPECT_STREQ(head, "<svg");
}

TEST(EstimatorsProgram, AWrongCommandLineIsRefusedBeforeAnyWork) {
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* complaint;
  } kBad[] = {
      {{}, 2, "CONFIG"},
      {{"nowhere.yaml"}, 4, "nowhere.yaml"},
      {{"README.md"}, 2, "README.md:"},
      {{"configs/lorenz.yaml", "--sigma", "0"}, 2, "--sigma"},
      {{"configs/lorenz.yaml", "--window", "5000"}, 2, "--window 5000 is longer"},
      {{"configs/lorenz.yaml", "--estimators", "reinforce"}, 2, "there is no estimator reinforce"},
      {{"configs/lorenz.yaml", "--set", "outer.steps=no"}, 2, "outer.steps"},
      {{"configs/lorenz.yaml", "--theta", "nowhere.safetensors"}, 4, "nowhere.safetensors"},
      {{"configs/lorenz.yaml", "--theta", "README.md"}, 2, "README.md"},
      {{"configs/lorenz.yaml", "--nonsense"}, 2, "--nonsense"},
      {{"configs/influence-balancing.yaml"}, 2, "episode of 10000000 steps is too long"},
  };
  for (const auto& bad : kBad) {
    std::vector<std::string> arguments = {"estimators"};
    arguments.insert(arguments.end(), bad.arguments.begin(), bad.arguments.end());
    const Finished run = RunProgram("paceline", arguments);
    EXPECT_EQ(run.status, bad.status) << bad.complaint << ": " << run.err;
    EXPECT_THAT(run.err, HasSubstr(bad.complaint));
    EXPECT_EQ(run.out, "");
  }
  EXPECT_THAT(RunProgram("paceline", {"estimators", "--help"}).out, HasSubstr("--budget"));
}

}  // namespace
}  // namespace paceline
