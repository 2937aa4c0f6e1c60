#include "common/evaluation/check.h"

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

v1::Evaluation Sound() {
  const auto flat = [](int) { return [](double) { return 1.0; }; };
  return OneCase({{"mine", "", flat}, {"adam", "10 rates", flat}}, 100, 2);
}

TEST(CheckEvaluationTest, ASoundOnePasses) { EXPECT_TRUE(CheckEvaluation(Sound()).ok()); }

TEST(CheckEvaluationTest, PartsThatDoNotFitAreNamed) {
  struct Fault {
    std::function<void(v1::Evaluation&)> make;
    const char* told;
  };
  for (const Fault& fault : std::vector<Fault>{
           {[](auto& e) { e.set_seeds(0); }, "has no seeds"},
           {[](auto& e) { e.set_seeds(3); },
            "entry 0 of the evaluation has 2 runs; every one has 3"},
           {[](auto& e) { e.mutable_entries(1)->set_case_index(1); },
            "entry 1 of the evaluation is of case 1; there are 1"},
           {[](auto& e) { e.mutable_entries(1)->set_contestant(7); },
            "is of contestant 7; there are 2"},
           {[](auto& e) { e.mutable_entries(1)->set_contestant(0); },
            "entry 1 of the evaluation is out of order"},
           {[](auto& e) { e.mutable_entries(1)->mutable_runs(1)->add_training(1); },
            "101 training losses; its case's first has 100"},
           {[](auto& e) { e.mutable_entries(0)->mutable_runs(0)->add_held_out(1); },
            "unequal numbers of held-out losses"},
           {[](auto& e) { e.mutable_cases(0)->set_steps(7); },
            "has 100 training losses of 7 inner steps"},
           {[](auto& e) {
              for (auto& entry : *e.mutable_entries()) {
                for (auto& run : *entry.mutable_runs()) run.clear_training();
              }
            },
            "has a run with 0 training losses"},
       }) {
    v1::Evaluation evaluation = Sound();
    fault.make(evaluation);
    const absl::Status status = CheckEvaluation(evaluation);
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(fault.told));
  }
}

}  // namespace
}  // namespace paceline
