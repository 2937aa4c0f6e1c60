// The rules of a suite that no single field can state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/diagnostics.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// "horizon": what a study varies instead of a key of its task.
inline constexpr std::string_view kVaryHorizon = "horizon";
// Inner steps that a value of such a study stands for; 0: none.
uint64_t HorizonOf(std::string_view text);

// `path`: of the suite, such as "evaluate.suite"; empty: it stands alone.
void CheckSuiteRules(const v1::Suite& suite, const std::string& path,
                     std::vector<RuleFault>& faults);

}  // namespace paceline
