#include "common/text/answer_ages.h"

#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace paceline {

uint32_t AnswersOf(const v1::OuterStepRecord& record) {
  const auto& ages = record.answer_ages();
  return std::accumulate(ages.begin(), ages.end(), 0u);
}

double MeanAgeOf(const v1::OuterStepRecord& record) {
  double sum = 0;
  for (int age = 0; age < record.answer_ages_size(); ++age)
    sum += age * 1.0 * record.answer_ages(age);
  const uint32_t answers = AnswersOf(record);
  return answers == 0 ? 0 : sum / answers;
}

std::string AnswerAgesText(const v1::OuterStepRecord& record) {
  const uint32_t answers = AnswersOf(record);
  if (answers == 0) return "";
  std::vector<std::string> ages;
  for (int age = 0; age < record.answer_ages_size(); ++age) {
    const uint32_t count = record.answer_ages(age);
    if (count > 0) ages.push_back(absl::StrCat(count, " of age ", age));
  }
  const std::string text = absl::StrCat(answers, answers == 1 ? " answer" : " answers");
  const bool all_new = record.answer_ages_size() == 1;
  return all_new ? text : absl::StrCat(text, " (", absl::StrJoin(ages, ", "), ")");
}

}  // namespace paceline
