// Plans of rules from settings: each beside its rule's text.
#pragma once

#include "worker/baselines/rules/adafactor.h"
#include "worker/baselines/rules/adam.h"
#include "worker/baselines/rules/layerwise.h"
#include "worker/baselines/rules/lion.h"
#include "worker/baselines/rules/muon.h"
#include "worker/baselines/rules/request.h"
#include "worker/baselines/rules/rmsprop.h"
#include "worker/baselines/rules/schedule_free.h"
#include "worker/baselines/rules/sgd.h"
#include "worker/baselines/rules/shampoo.h"
#include "worker/baselines/rules/sm3.h"
#include "worker/baselines/rules/soap.h"

namespace paceline {

MadeRule<SgdPlan> MakeSgd(const RuleRequest& request);
MadeRule<SgdPlan> MakeMomentum(const RuleRequest& request);
MadeRule<RmspropPlan> MakeRmsprop(const RuleRequest& request);
MadeRule<RmspropPlan> MakeAdagrad(const RuleRequest& request);
MadeRule<AdamPlan> MakeAdam(const RuleRequest& request);
MadeRule<AdamPlan> MakeNadamw(const RuleRequest& request);
MadeRule<AdamPlan> MakeRadam(const RuleRequest& request);
MadeRule<AdamPlan> MakeAdabelief(const RuleRequest& request);
MadeRule<AdamPlan> MakeYogi(const RuleRequest& request);
MadeRule<LambPlan> MakeLamb(const RuleRequest& request);
MadeRule<LarsPlan> MakeLars(const RuleRequest& request);
MadeRule<FromagePlan> MakeFromage(const RuleRequest& request);
MadeRule<AdafactorPlan> MakeAdafactor(const RuleRequest& request);
MadeRule<Sm3Plan> MakeSm3(const RuleRequest& request);
MadeRule<LionPlan> MakeLion(const RuleRequest& request);
MadeRule<ShampooPlan> MakeShampoo(const RuleRequest& request);
MadeRule<SoapPlan> MakeSoap(const RuleRequest& request);
MadeRule<MuonPlan> MakeMuon(const RuleRequest& request);
MadeRule<ScheduleFreePlan> MakeScheduleFree(const RuleRequest& request);

}  // namespace paceline
