// What `paceline doctor` has to say of one thing.
#pragma once

#include <string>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace paceline {

enum class Verdict {
  kOk,
  kWarn,  // works, or may be meant so
  kBad,   // does not work
};

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string subject = {};  // "disk"
  std::string what = {};     // one line
  std::string to_do = {};    // one line; empty where nothing is to be done
};

bool AnyBad(const std::vector<Finding>& findings);
std::string FindingsText(const std::vector<Finding>& findings);
nlohmann::ordered_json FindingsJson(const std::vector<Finding>& findings);

}  // namespace paceline
