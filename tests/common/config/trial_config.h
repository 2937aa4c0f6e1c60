// A small valid config for the tests of this folder, to be changed in one place at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paceline/v1/job_config.pb.h"

namespace paceline::testing {

// Line numbers of faults refer to this text.
extern const char* const kTrialYaml;

// kTrialYaml with its only `from` replaced; adds a test failure unless there is exactly one.
std::string Changed(std::string_view from, std::string_view to);

v1::JobConfig TrialConfig();

// The kinds of a task, of an optimizer, as messages list them: "image_mlp, quadratic or lorenz".
std::string TaskKinds();
std::string OptimizerKinds();

// Faults of the text as people see them; the file is called "job.yaml".
std::vector<std::string> FaultsOf(std::string_view yaml,
                                  const std::vector<std::string>& overrides = {});

}  // namespace paceline::testing
