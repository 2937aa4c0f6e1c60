#include "common/config/schema.h"
#include "worker/estimators/study.h"

namespace paceline {

std::vector<std::string> EstimatorNames() {
  std::vector<std::string> names = AlternativesOf(*v1::Estimator::descriptor()->oneof_decl(0));
  names.push_back("pathwise");
  return names;
}

bool HasPeriod(const std::string& kind) {
  const auto* field = v1::Estimator::descriptor()->FindFieldByName(kind);
  return field != nullptr && field->message_type() != nullptr &&
         field->message_type()->FindFieldByName("period") != nullptr;
}

}  // namespace paceline
