#include "tests/testing/sample_evaluation.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace paceline {
namespace {

struct Family {
  const char* name;
  double initial, floor;
  bool has_classes;
};

constexpr Family kFamilies[] = {
    {"image MLP", 2.45, 0.42, true},    {"conv net", 2.38, 0.95, true},
    {"ResNet", 2.6, 0.7, true},         {"autoencoder", 0.69, 0.11, false},
    {"VAE", 3.1, -1.4, false},          {"recurrent LM", 5.5, 1.9, true},
    {"transformer LM", 5.6, 1.6, true}, {"quadratic", 52, 1e-3, false},
};
constexpr const char* kRules[] = {"Muon", "NAdamW", "AdamW", "Adam", "Momentum", "SGD"};
constexpr const char* kBudgets[] = {"zero-shot", "10 rates", "150 trials"};
constexpr uint64_t kTrials[] = {1, 10, 150};
constexpr int kSeeds = 10;
constexpr size_t kLearned = 2;

// How quick a contestant is: 1 is a good one.
double PaceOf(size_t contestant, const Family& family, double first_pace) {
  if (contestant == 0) return first_pace;
  if (contestant == 1) return 0.55;
  const size_t rule = (contestant - kLearned) / 3, budget = (contestant - kLearned) % 3;
  const double by_rule = 1.3 - 0.2 * static_cast<double>(rule);
  const double by_family = family.has_classes || rule > 0 ? 1 : 0.7;
  return by_rule * by_family * (0.4 + 0.32 * static_cast<double>(budget));
}

LossFunction CurveOf(const Family& family, double pace, double time_scale, std::mt19937& random) {
  std::normal_distribution<double> normal;
  const double own_pace = pace * std::exp(0.06 * normal(random));
  const double phase = 6.28 * std::generate_canonical<double, 32>(random);
  const double height = family.initial - family.floor;
  return [=, &family](double updates) {
    const double fallen = std::pow(1 + own_pace * updates / time_scale, -1.3);
    const double noise = 0.02 * std::sin(updates * 12.9898 + phase) * (0.2 + fallen);
    return family.floor + height * (fallen + noise * (updates > 0));
  };
}

// Dead at a constant, as a network whose units have all been switched off.
LossFunction Stalled(const Family& family) {
  const double floor = family.initial * 0.94, initial = family.initial;
  return [=](double updates) {
    return updates < 8 ? initial - (initial - floor) * updates / 8 : floor;
  };
}

struct Place {
  std::string study;
  double place = 0;
  bool outside = false;
};

class Maker {
 public:
  explicit Maker(double first_pace) : first_pace_(first_pace) {
    evaluation_.set_suite("general-small");
    evaluation_.set_seed(7);
    evaluation_.set_seeds(kSeeds);
    evaluation_.set_engine_build("0123456789abcdef");
  }

  v1::Evaluation Make() {
    AddContestants();
    for (int i = 0; i < 40; ++i) AddCase(kFamilies[i % 8], i / 8, 1000, {});
    for (const uint64_t steps : {300, 1000}) {
      for (const double width : {16, 32, 64, 128, 512}) {
        AddCase(kFamilies[0], 0, steps, {"width", width, width > 64});
      }
    }
    for (const double horizon : {100, 300, 1000, 3000, 10000}) {
      AddCase(kFamilies[0], 0, static_cast<uint64_t>(horizon),
              {"horizon", horizon, horizon > 1000});
    }
    for (const double batch : {8, 32, 128, 512, 2048, 8192}) {
      AddCase(kFamilies[0], 0, 1000, {"batch-size", batch, batch < 32 || batch > 512});
    }
    return evaluation_;
  }

 private:
  void AddContestants() {
    for (const char* key : {"quickstart", "velo"}) {
      auto& contestant = *evaluation_.add_contestants();
      contestant.set_key(key);
      contestant.set_title(key);
    }
    for (const char* rule : kRules) {
      for (const char* budget : kBudgets) {
        auto& contestant = *evaluation_.add_contestants();
        std::string key = std::string(rule) + "-" + budget;
        std::replace(key.begin(), key.end(), ' ', '-');
        contestant.set_key(key);
        contestant.set_title(std::string(rule) + ", " + budget);
        contestant.set_rule(rule);
        contestant.set_budget(budget);
      }
    }
  }

  void AddCase(const Family& family, int variant, uint64_t steps, const Place& place) {
    auto& its_case = *evaluation_.add_cases();
    its_case.set_family(family.name);
    its_case.set_steps(steps);
    its_case.set_parameters(2410 << variant);
    its_case.set_task_flops(1e6 * (1 + variant));
    its_case.set_study(place.study);
    its_case.set_place(place.place);
    its_case.set_outside(place.outside);
    std::string name = std::string(family.name) + " " + std::to_string(8 << variant);
    if (!place.study.empty()) {
      its_case.set_value(std::to_string(static_cast<int>(place.place)));
      name = std::string(family.name) + ", " + place.study + " " + its_case.value();
    }
    its_case.set_title(name);
    std::string key = name + "-" + std::to_string(steps);
    std::replace_if(
        key.begin(), key.end(), [](char c) { return c == ' ' || c == ','; }, '-');
    its_case.set_key(key);
    for (size_t i = 0; i < kLearned + 18; ++i) AddEntry(family, variant, i);
  }

  LossFunction RunCurve(const Family& family, int variant, size_t contestant,
                        const v1::EvaluationCase& its_case, std::mt19937& random) const {
    double time_scale = 12.0 * (1 + variant);
    double pace = PaceOf(contestant, family, first_pace_);
    if (its_case.study() == "batch-size") pace *= std::pow(its_case.place() / 128, 0.45);
    if (contestant == 0) {
      if (its_case.study() == "width" && its_case.place() > 128) return Stalled(family);
      if (its_case.study() == "horizon" && its_case.place() > 3000) return Stalled(family);
      pace *= 1 + 0.5 * std::sin(3.1 * variant + static_cast<double>(family.name[0]));
    }
    return CurveOf(family, pace, time_scale, random);
  }

  void AddEntry(const Family& family, int variant, size_t contestant) {
    const int index = evaluation_.cases_size() - 1;
    const auto& its_case = evaluation_.cases(index);
    if (contestant == 19 && its_case.family() == "transformer LM") return;  // does not suit
    auto& entry = *evaluation_.add_entries();
    entry.set_case_index(static_cast<uint32_t>(index));
    entry.set_contestant(static_cast<uint32_t>(contestant));
    entry.set_optimizer_flops(contestant == 0 ? 7.3e5 : contestant == 1 ? 1.9e7 : 4e4);
    entry.set_state_bytes(its_case.parameters() * (contestant < kLearned ? 16 : 8));
    if (contestant >= kLearned) AddSetting(entry, (contestant - kLearned) % 3);
    for (int run = 0; run < kSeeds; ++run) {
      std::mt19937 random(
          static_cast<uint32_t>(index * 1000 + static_cast<int>(contestant) * 20 + run));
      v1::RunOutcome outcome =
          RunOf(RunCurve(family, variant, contestant, its_case, random), its_case.steps());
      if (contestant == 0 && family.name == kFamilies[4].name && variant == 3 && run < 4) {
        Diverge(outcome);
      }
      Finish(outcome, family);
      *entry.add_runs() = outcome;
    }
  }

  static void AddSetting(v1::EvaluationEntry& entry, size_t budget) {
    entry.set_trials(kTrials[budget]);
    entry.set_tuning_inner_steps(budget == 0 ? 0 : kTrials[budget] * 2000);
    auto& rate = *entry.mutable_setting()->add_values();
    rate.set_name("learning_rate");
    rate.set_value(0.003);
    if (budget == 1) entry.add_at_edge("learning_rate");
  }

  static void Diverge(v1::RunOutcome& outcome) {
    outcome.set_diverged(true);
    for (int i = outcome.training_size() / 3; i < outcome.training_size(); ++i) {
      outcome.set_training(i, outcome.initial_loss());
    }
    outcome.set_training_loss(outcome.initial_loss());
  }

  static void Finish(v1::RunOutcome& outcome, const Family& family) {
    const float end = outcome.training_loss(), gap = 0.05f * std::fabs(end);
    for (int i = 1; i <= 10; ++i) {
      outcome.add_held_out(outcome.training(outcome.training_size() * i / 10 - 1) + gap);
    }
    outcome.set_held_out_loss(end + gap);
    outcome.set_test_loss(end + gap);
    if (!family.has_classes) return;
    const auto share = static_cast<float>((end - family.floor) / (family.initial - family.floor));
    outcome.set_held_out_error(std::clamp(0.1f + 0.8f * share, 0.0f, 1.0f));
    outcome.set_test_error(std::clamp(0.11f + 0.8f * share, 0.0f, 1.0f));
  }

  double first_pace_;
  v1::Evaluation evaluation_;
};

}  // namespace

v1::RunOutcome RunOf(const LossFunction& loss, uint64_t steps, size_t points) {
  v1::RunOutcome run;
  const uint64_t span = (steps + points - 1) / points;
  const uint64_t tail = std::max<uint64_t>(steps / 10, 1);
  double sum = 0, last = 0;
  uint64_t count = 0;
  for (uint64_t i = 0; i < steps; ++i) {
    const double value = loss(static_cast<double>(i));
    sum += value;
    ++count;
    if (i + tail >= steps) last += value / static_cast<double>(tail);
    if ((i + 1) % span != 0 && i + 1 != steps) continue;
    run.add_training(static_cast<float>(sum / static_cast<double>(count)));
    sum = 0, count = 0;
  }
  run.set_initial_loss(static_cast<float>(loss(0)));
  run.set_training_loss(static_cast<float>(last));
  run.set_held_out_loss(run.training_loss());
  run.set_test_loss(run.training_loss());
  return run;
}

v1::Evaluation OneCase(const std::vector<SampleContestant>& contestants, uint64_t steps, int seeds,
                       size_t points) {
  v1::Evaluation evaluation;
  evaluation.set_suite("one");
  evaluation.set_seeds(static_cast<uint32_t>(seeds));
  auto& its_case = *evaluation.add_cases();
  its_case.set_key("case");
  its_case.set_title("a case");
  its_case.set_family("family");
  its_case.set_steps(steps);
  for (const SampleContestant& sample : contestants) {
    auto& entry = *evaluation.add_entries();
    entry.set_contestant(static_cast<uint32_t>(evaluation.contestants_size()));
    auto& contestant = *evaluation.add_contestants();
    contestant.set_key(sample.key);
    contestant.set_title(sample.key);
    contestant.set_budget(sample.budget);
    if (!sample.budget.empty()) contestant.set_rule(sample.key);
    for (int run = 0; run < seeds; ++run)
      *entry.add_runs() = RunOf(sample.runs(run), steps, points);
  }
  return evaluation;
}

const v1::Evaluation& MadeUpEvaluation() {
  static const auto& evaluation = *new v1::Evaluation(Maker(0.9).Make());
  return evaluation;
}

const v1::Evaluation& LaterEvaluation() {
  static const auto& evaluation = *new v1::Evaluation(Maker(1.15).Make());
  return evaluation;
}

}  // namespace paceline
