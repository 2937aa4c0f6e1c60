// A desk of evaluations and workers that answer units with a toy function, all in one thread and in
// any order.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/evaluate/desk.h"
#include "tests/testing/fake_clock.h"

namespace paceline {

// Two quadratics, three hand-designed optimizers under two budgets, and a learned one.
v1::SubmitEvaluationRequest ToyEvaluation(const std::string& request_id = "");
// The answer of any healthy worker: depends on every field of the unit.
v1::UnitOutcome ToyOutcome(const v1::EvaluationUnit& unit);
// What comes of it where nothing goes wrong, by workers of that engine.
std::string DirectResult(const v1::SubmitEvaluationRequest& request,
                         const std::string& engine = "cpu");

// Keeps the rules of worker.proto and checks that the desk does.
struct FakeEvaluator {
  void Take(const v1::CoordinatorMessage& message);

  std::map<std::string, int> announced;  // evaluation → number of its tasks
  std::set<std::string> untold;          // announced, and its data not told yet
  std::set<std::string> thetas;          // "evaluation digest"
  std::deque<v1::EvaluationWork> questions;
};

class EvaluationSim {
 public:
  explicit EvaluationSim(std::string folder) : folder_(std::move(folder)) {}

  // (Re)starts the desk on its folder; all workers are gone.
  void Start();
  EvaluationDesk& desk() { return *desk_; }
  FakeClock& clock() { return clock_; }

  std::string Submit(const v1::SubmitEvaluationRequest& request = ToyEvaluation());
  // The fingerprint is that of every tier; no threads: it computes no units.
  WorkerId Join(uint32_t threads = 1, const std::string& engine = "cpu",
                const std::set<std::string>& plugins = {});
  void Lose(WorkerId id);
  std::vector<WorkerId> ids() const;
  FakeEvaluator& worker(WorkerId id) { return workers_.at(id); }
  // Workers of which it is true hold blocks of a job at work.
  std::set<WorkerId> training;
  // What the workers read; empty: no data.
  std::map<std::string, std::string> data;

  // Hands out what the desk has to send.
  void Deliver();
  void TellData(WorkerId id, const std::map<std::string, std::string>& sets,
                const std::string& trouble = "");
  void Say(WorkerId id, const v1::EvaluationAnswer& answer);
  // Its oldest question; false if it has none.
  bool AnswerOne(WorkerId id);
  void FailOne(WorkerId id, const std::string& message, bool permanent = false);
  // Workers answer in turn until nobody is asked any more, or that many answers were given.
  void Work(int answers = 1'000'000);
  v1::EvaluationSummary Summary(const std::string& name);
  std::string Result(const std::string& name);
  std::string Events(const std::string& name);

  int answers_given = 0;

 private:
  const std::string folder_;
  FakeClock clock_;
  std::unique_ptr<EvaluationDesk> desk_;
  std::map<WorkerId, FakeEvaluator> workers_;
  uint64_t next_worker_ = 1;
  uint64_t lives_ = 0;
};

v1::EvaluationAnswer AnswerTo(const v1::EvaluationWork& work);

}  // namespace paceline
