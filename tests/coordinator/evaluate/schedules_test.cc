// Whatever happens, and in whatever order, the same comes of it.
#include <random>

#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_evaluators.h"

namespace paceline {
namespace {

class Storm {
 public:
  Storm(EvaluationSim& sim, uint32_t seed) : sim_(sim), random_(seed) {}

  // Something, good or bad.
  void Happen() {
    switch (Draw(16)) {
      case 0:
        if (sim_.ids().size() < 4) sim_.Join(1 + Draw(3), Draw(5) == 0 ? "other" : "cpu");
        return;
      case 1:
        if (Draw(2) == 0 && !sim_.ids().empty()) sim_.Lose(Someone());
        return;
      case 2:
        if (Draw(3) == 0) sim_.Start();
        return;
      case 3:
        return Repeat();
      case 4:
        if (!sim_.ids().empty()) sim_.training = {Someone()};
        return sim_.Deliver();
      case 5:
        sim_.clock().Advance(std::chrono::seconds(Draw(60)));
        return sim_.Deliver();
      default:
        return Answer();
    }
  }

 private:
  uint32_t Draw(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  WorkerId Someone() { return sim_.ids()[Draw(static_cast<uint32_t>(sim_.ids().size()))]; }

  void Answer() {
    if (sim_.ids().empty()) return;
    const WorkerId id = Someone();
    FakeEvaluator& worker = sim_.worker(id);
    if (!worker.untold.empty()) return sim_.TellData(id, {});
    if (worker.questions.empty()) return;
    // Any of them, not the oldest.
    std::swap(worker.questions.front(),
              worker.questions[Draw(static_cast<uint32_t>(worker.questions.size()))]);
    said_.push_back(AnswerTo(worker.questions.front()));
    sim_.AnswerOne(id);
  }

  // An answer of before, perhaps to another life of the desk, in the name of anybody.
  void Repeat() {
    if (said_.empty() || sim_.ids().empty()) return;
    sim_.Say(Someone(), said_[Draw(static_cast<uint32_t>(said_.size()))]);
  }

  EvaluationSim& sim_;
  std::mt19937 random_;
  std::vector<v1::EvaluationAnswer> said_;
};

TEST(SchedulesTest, JoinsLossesDuplicatesAndRestartsChangeNothing) {
  const std::string direct = DirectResult(ToyEvaluation(), "cpu");
  const std::string direct_other = DirectResult(ToyEvaluation(), "other");
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    TemporaryFolder folder;
    EvaluationSim sim(folder.path());
    sim.Start();
    const std::string first = sim.Submit(), second = sim.Submit();
    Storm storm(sim, seed);
    for (int i = 0; i < 150; ++i) storm.Happen();
    sim.Join(2, "cpu");
    sim.Join(2, "other");
    sim.Work();
    for (const std::string& name : {first, second}) {
      const std::string result = sim.Result(name);
      EXPECT_TRUE(result == direct || result == direct_other) << name;
      EXPECT_EQ(sim.Events(name).find("other bits"), std::string::npos);
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace paceline
