// The table of families: complete, and what it says is what the optimizers do.
#include "common/lopt/family.h"

#include <set>

#include "gtest/gtest.h"
#include "tests/testing/sample_problems.h"
#include "tests/testing/samples.h"

namespace paceline {
namespace {

TEST(Families, EveryKindOfOptimizerHasARow) {
  const auto* kinds = v1::LearnedOptimizer::descriptor()->FindOneofByName("kind");
  std::set<std::string> names;
  for (const Family& family : Families()) names.insert(family.name);
  EXPECT_EQ(names.size(), Families().size());
  for (int i = 0; i < kinds->field_count(); ++i) {
    EXPECT_TRUE(names.contains(kinds->field(i)->name())) << kinds->field(i)->name();
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kinds->field_count()));
}

TEST(Families, EveryFamilyHasASample) {
  std::set<std::string> sampled = {"system_parameters"};  // no optimizer
  for (const auto& sample : Samples()) sampled.insert(FamilyOf(sample).name);
  for (const Family& family : Families()) EXPECT_TRUE(sampled.contains(family.name)) << family.name;
}

TEST(Families, SizesAreThoseOfTheOptimizer) {
  const auto tensors = TensorsOf({{7, 5}, {5}, {}, {3, 3, 4, 6}, {33, 17}});
  for (const auto& sample : Samples()) {
    const PlanSizes sizes = FamilyOf(sample).sizes(sample, tensors);
    const auto optimizer = MakeOptimizer(sample, tensors, Arithmetic::kScalar);
    EXPECT_EQ(sizes.state_size, optimizer->state_size()) << sample.ShortDebugString();
    EXPECT_EQ(sizes.prepared_size, optimizer->prepared_size()) << sample.ShortDebugString();
    EXPECT_EQ(sizes.theta_size, LayoutOf(sample).size) << sample.ShortDebugString();
  }
}

// Rows, columns and padding are beside the accumulators of the elements: more state, never less.
TEST(Families, StateHoldsTheAccumulators) {
  const auto tensors = TensorsOf({{48, 32}, {64}});
  for (const auto& sample : Samples()) {
    const Family& family = FamilyOf(sample);
    double values = 0;
    for (const auto& tensor : tensors) {
      values += family.accumulators(sample, tensor) * static_cast<double>(tensor.size);
    }
    const auto state = static_cast<double>(family.sizes(sample, tensors).state_size);
    EXPECT_GE(state, values) << sample.ShortDebugString();
    EXPECT_GE(family.flops(sample, tensors), values) << sample.ShortDebugString();
  }
}

// What a family is said not to read changes no bit of its update.
TEST(Families, ReadWhatTheySay) {
  const auto tensors = TensorsOf({{7, 5}, {5}});
  const size_t size = tensors.back().offset + tensors.back().size;
  std::mt19937 random(3);
  for (const auto& sample : Samples()) {
    const auto optimizer = MakeOptimizer(sample, tensors, Arithmetic::kScalar);
    const auto prepared = optimizer->Prepare(RandomTheta(sample, random));
    const std::vector<float> initial = RandomValues(size, 1, random);
    const std::vector<float> gradient = RandomValues(size, 1, random);
    const auto after = [&](float loss, int64_t num_steps) {
      std::vector<float> parameters = initial, state(optimizer->state_size());
      std::vector<float> scratch(optimizer->scratch_size());
      optimizer->InitState(*prepared, state);
      for (int64_t iteration = 0; iteration < 3; ++iteration) {
        const float moving = loss * static_cast<float>(1 + iteration * iteration);
        optimizer->Update(*prepared,
                          {.iteration = iteration,
                           .num_steps = num_steps,
                           .loss = moving,
                           .gradient = gradient.data()},
                          parameters, state, scratch);
      }
      return parameters;
    };
    const Family& family = FamilyOf(sample);
    if (!family.reads_loss) {
      EXPECT_EQ(after(1, 100), after(5, 100)) << family.name;
    }
    if (!family.reads_num_steps) {
      EXPECT_EQ(after(1, 100), after(1, 2000)) << family.name;
    }
  }
}

}  // namespace
}  // namespace paceline
