// What to say of a text that is meant as a number but is not written as numbers are in configs.
#pragma once

#include <string_view>

#include "common/config/scalar.h"

namespace paceline {

// (0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
bool IsPlainDecimal(std::string_view text);

// Of a text that, without its minus sign, is not plain. `whole`: the number should be a whole one.
NumberFault ExplainOddNumber(std::string_view text, bool whole);

}  // namespace paceline
