// In which fields two configs differ.
#pragma once

#include <string>
#include <vector>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct FieldDifference {
  std::string path;  // as --set takes it: "outer.steps", "tasks[1].weight"
  std::string a, b;  // empty where it is absent
  bool theta_depends = true;
};

// Jobs' names apart.
std::vector<FieldDifference> ConfigDifferences(const v1::JobConfig& a, const v1::JobConfig& b);

}  // namespace paceline
