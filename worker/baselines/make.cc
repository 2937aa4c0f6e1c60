#include "worker/baselines/make.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/baselines/rules/made.h"
#include "worker/baselines/rules/makers.h"

namespace paceline {

namespace {

struct RuleMaker {
  std::string_view key;
  std::unique_ptr<Optimizer> (*make)(const RuleRequest&, lane::Target);
  std::unique_ptr<DoubleBaseline> (*make_double)(const RuleRequest&);  // or null
};

template <class Plan>
using MakePlan = MadeRule<Plan> (*)(const RuleRequest&);

template <class Plan>
MadeBaseline<Plan> Made(const RuleRequest& request, MakePlan<Plan> make) {
  return {request, make(request)};
}

template <auto kMake>
std::unique_ptr<Optimizer> MakeFloat(const RuleRequest& request, lane::Target target) {
  MadeBaseline made = Made(request, kMake);
  return std::make_unique<FloatRule<std::decay_t<decltype(made.plan())>>>(std::move(made), target);
}

template <auto kMake>
std::unique_ptr<DoubleBaseline> MakeDouble(const RuleRequest& request) {
  MadeBaseline made = Made(request, kMake);
  return std::make_unique<DoubleRule<std::decay_t<decltype(made.plan())>>>(std::move(made));
}

template <auto kMake>
constexpr RuleMaker Of(std::string_view key) {
  return {key, MakeFloat<kMake>, MakeDouble<kMake>};
}

template <auto kMake>
constexpr RuleMaker OfFloats(std::string_view key) {
  return {key, MakeFloat<kMake>, nullptr};
}

// One line for each of common/baseline's rules.
constexpr RuleMaker kMakers[] = {
    Of<MakeSgd>("sgd"),
    Of<MakeMomentum>("momentum"),
    Of<MakeRmsprop>("rmsprop"),
    Of<MakeAdagrad>("adagrad"),
    Of<MakeAdam>("adam"),
    Of<MakeAdam>("adamw"),
    Of<MakeNadamw>("nadamw"),
    Of<MakeRadam>("radam"),
    Of<MakeAdabelief>("adabelief"),
    Of<MakeYogi>("yogi"),
    Of<MakeLamb>("lamb"),
    Of<MakeLars>("lars"),
    Of<MakeFromage>("fromage"),
    Of<MakeAdafactor>("adafactor"),
    Of<MakeSm3>("sm3"),
    Of<MakeLion>("lion"),
    OfFloats<MakeShampoo>("shampoo"),
    OfFloats<MakeSoap>("soap"),
    OfFloats<MakeMuon>("muon"),
    Of<MakeScheduleFree>("schedule_free_adamw"),
};

absl::Status CheckTensors(const std::vector<ParameterTensor>& tensors) {
  for (const ParameterTensor& tensor : tensors) {
    if (tensor.shape.size() <= kMaxRuleAxes) continue;
    return absl::InvalidArgumentError(absl::StrCat("baselines take tensors of at most ",
                                                   kMaxRuleAxes, " axes; ", tensor.name, " has ",
                                                   tensor.shape.size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<const RuleMaker*> MakerOf(const v1::BaselineSetting& setting,
                                         const std::vector<ParameterTensor>& tensors) {
  absl::Status status = CheckBaseline(setting);
  if (status.ok()) status = CheckTensors(tensors);
  if (!status.ok()) return status;
  const RuleMaker* maker = std::ranges::find(kMakers, setting.rule(), &RuleMaker::key);
  if (maker == std::end(kMakers)) {
    return absl::UnimplementedError(absl::StrCat("no arithmetic for ", setting.rule()));
  }
  return maker;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Optimizer>> MakeBaseline(const v1::BaselineSetting& setting,
                                                        const std::vector<ParameterTensor>& tensors,
                                                        lane::Target target) {
  const absl::StatusOr<const RuleMaker*> maker = MakerOf(setting, tensors);
  if (!maker.ok()) return maker.status();
  return (*maker)->make({setting, *FindBaseline(setting.rule()), tensors}, target);
}

absl::StatusOr<std::unique_ptr<DoubleBaseline>> MakeDoubleBaseline(
    const v1::BaselineSetting& setting, const std::vector<ParameterTensor>& tensors) {
  const absl::StatusOr<const RuleMaker*> maker = MakerOf(setting, tensors);
  if (!maker.ok()) return maker.status();
  if ((*maker)->make_double == nullptr) {
    return absl::UnimplementedError(absl::StrCat(setting.rule(), " is of float32 alone"));
  }
  return (*maker)->make_double({setting, *FindBaseline(setting.rule()), tensors});
}

}  // namespace paceline
