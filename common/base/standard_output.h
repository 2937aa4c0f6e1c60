// What a program prints must have arrived before it says that all went well.
#pragma once

#include <iostream>
#include <string_view>

namespace paceline {

// main's last words: writes out what is buffered for `out`. The exit status to return: `status`, or
// 1 where that is 0 and something printed did not arrive, which is then said on `err`. (A reader
// that goes away ends a program by SIGPIPE, as usual.)
int CloseStandardOutput(std::string_view program, int status, std::ostream& out = std::cout,
                        std::ostream& err = std::cerr);

}  // namespace paceline
