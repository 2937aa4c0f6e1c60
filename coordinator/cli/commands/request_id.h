// Names of requests that may be made twice.
#pragma once

#include <string>

namespace paceline {

// 32 hexadecimal digits that nobody else has.
std::string RandomRequestId();

}  // namespace paceline
