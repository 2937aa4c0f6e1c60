// Whether a picture is one that a parser of another make takes.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace paceline {

inline bool IsWellFormedXml(const std::string& text) {
  const std::string path = testing::TempDir() + "well_formed.svg";
  std::ofstream(path) << text;
  const std::string command =
      "python3 -c 'import sys, xml.dom.minidom as m; "
      "sys.exit(m.parse(sys.argv[1]).documentElement.tagName != \"svg\")' " +
      path;
  return std::system(command.c_str()) == 0;
}

}  // namespace paceline
