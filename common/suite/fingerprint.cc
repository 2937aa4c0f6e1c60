#include "common/suite/fingerprint.h"

#include "common/suite/cases.h"

namespace paceline {

std::string SuiteFingerprint(const v1::Suite& suite, const TierFingerprints& own) {
  v1::JobConfig job;  // of the same tasks
  job.set_engine(suite.engine());
  for (const v1::EvaluationCase& made : CasesOf(suite)) *job.add_tasks() = made.task();
  return JobFingerprint(job, own);
}

}  // namespace paceline
