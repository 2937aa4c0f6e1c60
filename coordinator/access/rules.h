// Which role may ask for what: one table for all services, whatever they are asked by. What is not
// in it is denied.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "coordinator/access/caller.h"

namespace paceline {

// Who may ask. An admin may ask for everything.
enum class Access {
  kAnybody,    // whoever comes, without an identity
  kIdentity,   // whoever has shown one
  kViewer,     // viewers and submitters
  kSubmitter,  // submitters, for what their job_prefix lets them
  kOwner,      // the same, for what they have submitted themselves
  kWorker,     // workers
  kAdmin,      // nobody else
};

struct MethodRule {
  std::string_view method;  // "JobService/Cancel"; of other packages with the package
  Access access = Access::kAdmin;
  bool changes = false;  // something: it is audited
};

// In the order of docs/security.md.
std::span<const MethodRule> Rules();
// Null if there is none.
const MethodRule* FindRule(std::string_view method);

// Of the path of a call ("/paceline.v1.JobService/Cancel"), the method as the table has it.
std::string_view MethodOfPath(std::string_view path);

// Whether callers of that role may ask for it at all, were it theirs.
bool Lets(Access access, v1::Role role);

// The table as docs/security.md has it.
std::string RulesTable();

}  // namespace paceline
