// What cannot be updated is refused by name, with nothing changed.
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/torch_optimizer/training.h"

namespace paceline {
namespace {

using testing::CheckpointFile;
using testing::ErrorOf;
using ::testing::HasSubstr;
using testing::Parameters;
using testing::SetGradients;
using testing::Train;
using testing::Values;
using torch::Tensor;
using Group = torch::optim::OptimizerParamGroup;
using Tensors = std::vector<Tensor>;

void SetBoth(Tensor& parameter, const Tensor& values) {
  parameter.set_data(values);
  parameter.mutable_grad() = torch::zeros_like(values);
}

LearnedOptimizerOptions& Options(LearnedOptimizer& optimizer) {
  return static_cast<LearnedOptimizerOptions&>(optimizer.param_groups()[0].options());
}

struct Fault {
  const char* says;
  // [3, 4], [3] and [2, 3] with gradients, after two steps.
  std::function<void(Tensors&, LearnedOptimizer&)> make;
};

const Fault kFaults[] = {
    {"parameter 0 (Float [400, 300]) had the shape [3, 4] in its first step; its state cannot be "
     "carried over: call reset()",
     [](Tensors& p, auto&) {
       SetBoth(p[0], torch::zeros({400, 300}));
     }},
    {"parameter 2 (Float [1, 2]) had the shape [2, 3]",
     [](Tensors& p, auto&) {
       SetBoth(p[2], torch::zeros({1, 2}));
     }},
    {"parameter 0 (Float [4, 3]) had the shape [3, 4]",
     [](Tensors& p, auto&) {
       SetBoth(p[0], torch::zeros({4, 3}));
     }},
    {"parameter 0 (Float [12]) had the shape",
     [](Tensors& p, auto&) { SetBoth(p[0], torch::zeros({12})); }},
    {"the gradient (Float [3, 4]) of parameter 0 (Float [40, 30]) must be of the parameter's shape",
     [](Tensors& p, auto&) {
       p[0].set_data(torch::zeros({40, 30}));
     }},
    {"the gradient (Float [40, 30]) of parameter 0 (Float [3, 4]) must be of",
     [](Tensors& p, auto&) {
       p[0].mutable_grad() = torch::zeros({40, 30});
     }},
    {"the gradient (Float [1, 4]) of parameter 0",
     [](Tensors& p, auto&) {
       p[0].mutable_grad() = torch::zeros({1, 4});
     }},
    {"the gradient (Float []) of parameter 1",
     [](Tensors& p, auto&) { p[1].mutable_grad() = torch::zeros({}); }},
    {"the gradient (Float [4, 3]) of parameter 0",
     [](Tensors& p, auto&) {
       p[0].mutable_grad() = torch::zeros({4, 3});
     }},
    {"the gradient (Float [0]) of parameter 1",
     [](Tensors& p, auto&) { p[1].mutable_grad() = torch::zeros({0}); }},
    {"the gradient (Float [3, 4]) of parameter 0 (Float [3, 4]) must be dense: it is Sparse",
     [](Tensors& p, auto&) {
       p[0].mutable_grad() = torch::ones({3, 4}).to_sparse();
     }},
    {"the gradient (Double [3]) of parameter 1 (Float [3]) must be float32",
     [](Tensors& p, auto&) { p[1].mutable_grad() = torch::ones({3}, torch::kFloat64); }},
    {"the gradient (ComplexFloat [3]) of parameter 1",
     [](Tensors& p, auto&) { p[1].mutable_grad() = torch::ones({3}, torch::kComplexFloat); }},
    {"the gradient (Float [3]) of parameter 1 (Float [3]) has no memory",
     [](Tensors& p, auto&) { p[1].mutable_grad() = torch::ones({3}, torch::kMeta); }},
    {"parameter 1 (Double [3]) must be float32",
     [](Tensors& p, auto&) { SetBoth(p[1], torch::ones({3}, torch::kFloat64)); }},
    {"parameter 1 (Half [3]) must be float32",
     [](Tensors& p, auto&) { SetBoth(p[1], torch::ones({3}, torch::kFloat16)); }},
    {"parameter 1 (BFloat16 [3]) must be float32 (kFloat32): convert the module",
     [](Tensors& p, auto&) { SetBoth(p[1], torch::ones({3}, torch::kBFloat16)); }},
    {"parameter 0 (Float [3, 4]) has several elements in one place of memory",
     [](Tensors& p, auto&) {
       p[0].set_data(torch::zeros({1, 4}).expand({3, 4}));
     }},
    {"parameter 0 (Float [3, 4]) has several elements in one place of memory",
     [](Tensors& p, auto&) {
       p[0].set_data(torch::zeros({8}).as_strided({3, 4}, {2, 1}));
     }},
    {"parameter 1 (Float [3]) has no memory for its values",
     [](Tensors& p, auto&) {
       Tensor freed = torch::zeros({3});
       p[1].set_data(freed);
       freed.storage().set_nbytes(4);
     }},
    {"parameter 0 (Float [3, 4]) and parameter 1 (Float [3]) share memory: list one of them",
     [](Tensors& p, auto&) { p[1].set_data(p[0].detach().select(1, 2)); }},
    {"parameter 1 (Float [3]) and parameter 2 (Float [2, 3]) share memory",
     [](Tensors& p, auto&) { p[1].set_data(p[2].detach().select(0, 1)); }},
    {"parameter 3 (Float [3, 4]) is in group 0 and in group 1: keep it in one",
     [](Tensors& p, LearnedOptimizer& o) { o.add_param_group(Group({p[0]})); }},
    {"options must be LearnedOptimizerOptions",
     [](Tensors&, LearnedOptimizer& o) {
       o.add_param_group(Group({torch::ones({2})}, std::make_unique<torch::optim::SGDOptions>(1)));
     }},
    {"parameter 3 (undefined): leave it out of the list",
     [](Tensors&, LearnedOptimizer& o) { o.param_groups()[0].params().emplace_back(); }},
    {"parameter 3 (Float [3]) is computed from other tensors: list those",
     [](Tensors& p, LearnedOptimizer& o) { o.param_groups()[0].params().push_back(p[1] * 2); }},
    {"the group of parameter 0 (Float [3, 4]) had turn_weights(true) in its first step",
     [](Tensors&, LearnedOptimizer& o) { Options(o).turn_weights(false); }},
    {"the group of parameter 0 (Float [3, 4]) had another kind in its first step",
     [](Tensors&, LearnedOptimizer& o) { Options(o).kind(ParameterKind::kEmbedding); }},
    {"at least 0; they are -1, 0 and 0", [](Tensors&, LearnedOptimizer& o) { Options(o).lr(-1); }},
};

// As it was before the fault.
void Mend(Tensors& parameters, const Tensors& values, LearnedOptimizer& optimizer) {
  auto& groups = optimizer.param_groups();
  groups.erase(groups.begin() + 1, groups.end());
  groups[0].params() = parameters;
  Options(optimizer) = LearnedOptimizerOptions();
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i].set_data(values[i].clone());
}

class EveryFault : public ::testing::TestWithParam<std::tuple<const char*, Fault>> {};

TEST_P(EveryFault, IsNamedAndChangesNothing) {
  const auto& [yaml, fault] = GetParam();
  const CheckpointFile file(yaml);
  const auto options = LearnedOptimizerOptions().num_steps(50);
  Tensors twins = Parameters(), parameters = Parameters(), before;
  LearnedOptimizer twin(twins, file.path(), options), optimizer(parameters, file.path(), options);
  Train(twin, twins, 0, 2);
  Train(optimizer, parameters, 0, 2);
  for (const Tensor& tensor : parameters) before.push_back(tensor.detach().clone());

  fault.make(parameters, optimizer);
  Tensors spoiled;
  for (const Tensor& tensor : parameters) spoiled.push_back(tensor.detach().clone());
  optimizer.set_loss(1);
  EXPECT_THAT(ErrorOf([&] { optimizer.step(); }), HasSubstr(fault.says));
  for (size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_TRUE(torch::equal(parameters[i], spoiled[i])) << i;
  }
  Mend(parameters, before, optimizer);
  Train(twin, twins, 2, 4);
  Train(optimizer, parameters, 2, 4);
  EXPECT_EQ(Values(parameters), Values(twins));
}

INSTANTIATE_TEST_SUITE_P(
    Faults, EveryFault,
    ::testing::Combine(::testing::Values("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}",
                                         "{hyper_v2: {lstm_hidden: 4, param_inits: 2}}"),
                       ::testing::ValuesIn(kFaults)));

TEST(LearnedOptimizerRefuses, AtItsConstructionWhatCanNeverBeUpdated) {
  const CheckpointFile file("{adafac_mlp: {hidden: 4}}");
  const auto error = [&](const Tensors& parameters) {
    return ErrorOf([&] { LearnedOptimizer(parameters, file.path()); });
  };
  const Tensor good = torch::ones({3, 2}).requires_grad_();
  for (const auto type : {torch::kFloat64, torch::kFloat16, torch::kBFloat16, torch::kComplexFloat,
                          torch::kComplexDouble}) {
    EXPECT_THAT(error({good, torch::zeros({2}, type).requires_grad_()}), HasSubstr("parameter 1"));
  }
  const struct {
    Tensor tensor;
    const char* says;
  } rows[] = {
      {torch::ones({2, 2}).to_sparse().requires_grad_(), "must be dense: it is Sparse"},
      {torch::ones({2, 2}, torch::kMeta).requires_grad_(), "has no memory"},
      {torch::ones({1, 1, 1, 1, 1, 1, 1, 1, 1}).requires_grad_(), "has more than 8 axes"},
      {good.detach().select(1, 0).requires_grad_(), "share memory"},
      {torch::zeros({}).expand({2}).detach().requires_grad_(), "several elements in one place"},
      {good * 2, "computed from other tensors"},
      {Tensor(), "parameter 1 (undefined): leave it out"},
  };
  for (const auto& row : rows) EXPECT_THAT(error({good, row.tensor}), HasSubstr(row.says));
  EXPECT_EQ(error({}), "no error");
  const Tensor frozen = torch::ones({1, 1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(error({good, frozen, good.detach()}), "no error");
}

TEST(LearnedOptimizerRefuses, NothingOnceAResetForgotTheFirstShape) {
  const CheckpointFile file("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}");
  Tensors parameters = Parameters();
  LearnedOptimizer optimizer(parameters, file.path());
  Train(optimizer, parameters, 0, 2);
  SetBoth(parameters[0], torch::ones({5, 4}));
  optimizer.reset();
  optimizer.step();
  Tensor fresh = torch::ones({5, 4}).requires_grad_();
  fresh.mutable_grad() = torch::zeros({5, 4});
  LearnedOptimizer({fresh}, file.path()).step();
  EXPECT_TRUE(torch::equal(parameters[0], fresh));
}

}  // namespace
}  // namespace paceline
