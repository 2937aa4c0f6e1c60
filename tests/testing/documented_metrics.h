// The names of metrics that docs/metrics.md tells of.
#pragma once

#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace paceline {

// Of the tables under that heading: "Of a worker".
inline std::set<std::string> DocumentedMetrics(const std::string& heading) {
  std::ifstream page("docs/metrics.md");
  const std::regex name("`((paceline|process)_[a-z_]+)`");
  std::set<std::string> names;
  bool here = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) here = line == "## " + heading;
    if (!here || !line.starts_with("| `")) continue;
    const std::string cell = line.substr(0, line.find('|', 1));
    for (std::sregex_iterator it(cell.begin(), cell.end(), name); it != std::sregex_iterator();
         ++it) {
      names.insert((*it)[1]);
    }
  }
  return names;
}

// Of the families that a scrape's text has.
inline std::set<std::string> NamesOf(const std::string& text) {
  const std::regex family("# TYPE ([a-z_]+) ");
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), family); it != std::sregex_iterator();
       ++it) {
    names.insert((*it)[1]);
  }
  return names;
}

}  // namespace paceline
