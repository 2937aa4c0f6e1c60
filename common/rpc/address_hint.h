// What to say of a text that should be an address.
#pragma once

#include <string>
#include <string_view>

namespace paceline {

// Of a text that ReadAddress does not take: "it has a scheme (http://); write host:7700".
std::string AddressHint(std::string_view text);

}  // namespace paceline
