// The evaluations' files in the coordinator's folder: what was asked, how it stands, what came out.
//
//   <data>/outcomes.sqlite                      outcomes of units (common/suite/outcome_store.h)
//   <data>/evaluations/<name>/submission        SubmitEvaluationRequest, sealed
//   (common/base/sealed.h) <data>/evaluations/<name>/record            EvaluationRecord, sealed
//   <data>/evaluations/<name>/evaluation.binpb  the result
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

// Thread-safe. What a method has returned OK for survives the machine's death. Errors as ReadFile
// and WriteFileAtomically; DataLoss names a damaged file.
class EvaluationArchive {
 public:
  explicit EvaluationArchive(std::string data_folder) : data_folder_(std::move(data_folder)) {}

  std::string outcomes() const { return data_folder_ + "/outcomes.sqlite"; }

  // By number. What was begun and not finished, by Add or Remove, is swept away.
  absl::StatusOr<std::vector<v1::EvaluationRecord>> Records();
  // All of it or nothing.
  absl::Status Add(const v1::EvaluationRecord& record, const v1::SubmitEvaluationRequest& request);
  absl::Status Update(const v1::EvaluationRecord& record);
  absl::Status Remove(const std::string& name);
  absl::StatusOr<v1::SubmitEvaluationRequest> Request(const std::string& name);
  absl::Status KeepResult(const std::string& name, const v1::Evaluation& evaluation);
  // The bytes of an Evaluation.
  absl::StatusOr<std::string> Result(const std::string& name);

 private:
  std::string Folder(const std::string& name) const {
    return data_folder_ + "/evaluations/" + name;
  }
  std::string RecordPath(const std::string& name) const { return Folder(name) + "/record"; }

  const std::string data_folder_;
};

}  // namespace paceline
