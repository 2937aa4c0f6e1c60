// Outcomes of units by what they are an outcome of, kept in a file, so that nothing is computed
// twice.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "paceline/v1/evaluation.pb.h"

namespace SQLite {
class Database;
}

namespace paceline {

// Thread-safe; several processes may use one file.
class OutcomeStore {
 public:
  // Makes the file and its folder if need be. `build`: of the engine that computes; another build's
  // outcomes are not found. safe: the machine's death leaves the file whole, though it may
  // lack the newest outcomes; otherwise it may damage it. Errors say what is wrong with the file:
  // DataLoss if it is damaged, InvalidArgument if it is another program's, else as the system says.
  static absl::StatusOr<std::unique_ptr<OutcomeStore>> Open(const std::string& path,
                                                            std::string build, bool safe = false);
  ~OutcomeStore();

  // Nothing if the unit has not been computed, or what is kept of it is damaged.
  absl::StatusOr<std::optional<v1::UnitOutcome>> Find(const v1::EvaluationUnit& unit);
  absl::Status Keep(const v1::EvaluationUnit& unit, const v1::UnitOutcome& outcome);

 private:
  OutcomeStore(std::string path, std::string build, std::unique_ptr<SQLite::Database> db);
  template <class Action>
  absl::Status Run(const Action& action);

  const std::string path_, build_;
  const std::unique_ptr<SQLite::Database> db_;
};

}  // namespace paceline
