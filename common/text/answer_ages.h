// Which answers an outer step counted, where it need not be all.
#pragma once

#include <cstdint>
#include <string>

#include "paceline/v1/job.pb.h"

namespace paceline {

// Of a job that is not strict; 0 of one that is.
uint32_t AnswersOf(const v1::OuterStepRecord& record);
// Outer steps; 0 without answers.
double MeanAgeOf(const v1::OuterStepRecord& record);
// "12 answers (9 of age 0, 3 of age 2)"; empty of a strict job.
std::string AnswerAgesText(const v1::OuterStepRecord& record);

}  // namespace paceline
