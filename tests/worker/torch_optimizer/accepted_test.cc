// Parameters and gradients in every form that LibTorch's own optimizers take: the same bits as from
// plain ones.
#include <functional>

#include "gtest/gtest.h"
#include "tests/worker/torch_optimizer/training.h"

namespace paceline {
namespace {

using testing::CheckpointFile;
using testing::Parameters;
using testing::SetGradients;
using testing::Values;
using torch::Tensor;
using Tensors = std::vector<Tensor>;

constexpr int kSteps = 3;

struct Form {
  const char* name;
  // Of plain tensors: what the optimizer gets, the same values in the same order, and perhaps more.
  std::function<Tensors(const Tensors&)> parameters;
  std::function<Tensor(const Tensor&)> gradient = [](const Tensor& plain) { return plain; };
};

template <class Make>
Tensors Each(const Tensors& plain, const Make& make) {
  Tensors made;
  for (const Tensor& tensor : plain) made.push_back(make(tensor.detach()).requires_grad_());
  return made;
}

Tensors Plain(const Tensors& plain) { return plain; }

Tensors And(Tensors plain, const Tensors& others) {
  plain.insert(plain.end(), others.begin(), others.end());
  return plain;
}

Tensor Transposed(const Tensor& plain) {
  return plain.dim() < 2 ? plain.clone() : plain.t().contiguous().t();
}

Tensor EverySecond(const Tensor& plain) {
  return torch::zeros({plain.numel(), 2}).select(1, 1).view(plain.sizes()).copy_(plain);
}

Tensors SideBySide(const Tensors& plain) {
  const Tensor buffer = torch::zeros({40});
  int64_t begin = 2;
  return Each(plain, [&](const Tensor& tensor) {
    const Tensor part = buffer.narrow(0, begin, tensor.numel());
    begin += tensor.numel();
    return part.view(tensor.sizes()).copy_(tensor);
  });
}

Tensors BetweenEachOther(const Tensors& plain) {
  const Tensor buffer = torch::zeros({12, 3});
  int64_t column = 0;
  return Each(plain, [&](const Tensor& tensor) {
    const Tensor part = buffer.select(1, column++).narrow(0, 0, tensor.numel());
    return part.view(tensor.sizes()).copy_(tensor);
  });
}

// Of one axis, so that they do not change what the others' layers are taken for.
Tensors Frozen() {
  Tensors frozen;
  for (const auto type : {torch::kFloat64, torch::kFloat16, torch::kBFloat16, torch::kInt8,
                          torch::kBool, torch::kComplexFloat}) {
    frozen.push_back(torch::ones({2}, type));
  }
  frozen.push_back(torch::ones({2}).to_sparse());
  frozen.push_back(torch::ones({2}, torch::kMeta));
  frozen.push_back(torch::ones({1}).expand({3}));
  return frozen;
}

Tensors WithoutElements() {
  Tensors none = {torch::zeros({0}), torch::zeros({0}, torch::kFloat64)};
  for (Tensor& tensor : none) tensor.requires_grad_().mutable_grad() = torch::zeros_like(tensor);
  return none;
}

const Form kForms[] = {
    {"ListedTwice",
     [](const Tensors& t) {
       return And(t, {t[1], t[0], t[1]});
     }},
    {"Transposed", [](const Tensors& t) { return Each(t, Transposed); }},
    {"EverySecondNumber", [](const Tensors& t) { return Each(t, EverySecond); }},
    {"ViewsSideBySide", SideBySide},
    {"ViewsBetweenEachOther", BetweenEachOther},
    {"BesideFrozenOnes", [](const Tensors& t) { return And(t, Frozen()); }},
    {"BesideOnesThatNeverGetAGradient",
     [](const Tensors& t) { return And(t, {torch::ones({3}).requires_grad_()}); }},
    {"BesideEmptyOnes", [](const Tensors& t) { return And(t, WithoutElements()); }},
    {"BesideAFrozenViewOfTheSame", [](const Tensors& t) { return And(t, {t[1].detach()}); }},
    {"WithoutRequiresGrad",
     [](const Tensors& t) {
       for (const Tensor& tensor : t) tensor.set_requires_grad(false);
       return t;
     }},
    {"TransposedGradients", Plain, Transposed},
    {"GradientsOfEverySecondNumber", Plain, EverySecond},
    {"NegatedViewsAsGradients", Plain, [](const Tensor& t) { return torch::_neg_view(-t); }},
    {"GradientsWithAGraph", Plain,
     [](const Tensor& t) { return t.clone().requires_grad_() * 1.0; }},
};

// The plain tensors after some steps, and those of the form.
void ExpectSameBits(const char* yaml, const Form& form) {
  SCOPED_TRACE(yaml);
  const CheckpointFile file(yaml);
  const auto options = LearnedOptimizerOptions().num_steps(50).weight_decay(0.1).max_grad_norm(1);
  Tensors plain = Parameters();
  const Tensors given = form.parameters(Parameters());
  Tensors moving(given.begin(), given.begin() + plain.size());
  LearnedOptimizer expected(plain, file.path(), options), optimizer(given, file.path(), options);
  for (int step = 0; step < kSteps; ++step) {
    SetGradients(plain, step);
    for (size_t i = 0; i < plain.size(); ++i) {
      moving[i].mutable_grad() = form.gradient(plain[i].grad());
    }
    for (LearnedOptimizer* one : {&expected, &optimizer}) {
      one->set_loss(1.0 / (1 + step));
      one->step();
    }
  }
  EXPECT_EQ(Values(moving), Values(plain));
  EXPECT_NE(Values(plain), Values(Parameters()));
}

class EveryForm : public ::testing::TestWithParam<Form> {};

TEST_P(EveryForm, IsUpdatedLikePlainTensors) {
  ExpectSameBits("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}", GetParam());
  ExpectSameBits("{mu_adafac_mlp: {hidden: 4, step_multiplier: 0.1}}", GetParam());
  ExpectSameBits("{hyper_v2: {lstm_hidden: 4, param_inits: 2}}", GetParam());
}

INSTANTIATE_TEST_SUITE_P(Forms, EveryForm, ::testing::ValuesIn(kForms),
                         [](const auto& form) { return std::string(form.param.name); });

TEST(LearnedOptimizerForms, ImagesLayoutOfConvolutionsDoesNotMatter) {
  const CheckpointFile file("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}");
  torch::manual_seed(2);
  const Tensor start = torch::randn({3, 2, 4, 5}), gradient = torch::randn({3, 2, 4, 5});
  Tensors results;
  for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    Tensor weights = start.clone(format).requires_grad_();
    weights.mutable_grad() = gradient.clone(format);
    LearnedOptimizer({weights}, file.path()).step();
    results.push_back(weights);
  }
  EXPECT_FALSE(results[1].is_contiguous());
  EXPECT_TRUE(torch::equal(results[0], results[1]));
}

TEST(LearnedOptimizerForms, ValuesThatTakeThePlaceOfAParametersGoOnWithItsState) {
  const CheckpointFile file("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}");
  Tensors plain = Parameters(), changed = Parameters();
  LearnedOptimizer expected(plain, file.path()), optimizer(changed, file.path());
  testing::Train(expected, plain, 0, 2);
  testing::Train(optimizer, changed, 0, 2);
  changed[0].set_data(changed[0].detach().clone());
  testing::Train(expected, plain, 2, 4);
  testing::Train(optimizer, changed, 2, 4);
  EXPECT_EQ(Values(changed), Values(plain));
}

TEST(LearnedOptimizerForms, ATensorThatTakesAnothersPlaceInTheListBeginsAfresh) {
  const CheckpointFile file("{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}");
  const auto make = [] {
    Tensor tensor = torch::full({4, 3}, 0.1).requires_grad_();
    tensor.mutable_grad() = torch::full({4, 3}, 0.5);
    return tensor;
  };
  Tensor alone = make();
  LearnedOptimizer({alone}, file.path()).step();
  LearnedOptimizer optimizer({make()}, file.path());
  for (int i = 0; i < 8; ++i) {
    Tensors& listed = optimizer.param_groups()[0].params();
    listed.clear();  // whose memory the next one may get
    listed.push_back(make());
    optimizer.step();
    EXPECT_TRUE(torch::equal(listed[0], alone)) << i;
  }
}

TEST(LearnedOptimizerForms, ZeroedGradientsAreGradientsAndUnsetOnesAreNone) {
  const CheckpointFile file("{learnable_sgdm: {}}");
  Tensors parameters = Parameters();
  LearnedOptimizer optimizer(parameters, file.path());
  testing::Train(optimizer, parameters, 0, 1);
  const auto before = Values(parameters);
  optimizer.zero_grad();  // sets them to none
  optimizer.step();
  EXPECT_EQ(Values(parameters), before);
  SetGradients(parameters, 1);
  optimizer.zero_grad(false);
  optimizer.step();  // by momentum
  EXPECT_NE(Values(parameters), before);
}

}  // namespace
}  // namespace paceline
