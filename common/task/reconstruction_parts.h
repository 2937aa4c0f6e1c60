// What networks that give images back are made of.
#pragma once

#include <string>

#include "common/network/builder.h"
#include "common/task/data_use.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// A setting of a network that is on or off, or that each particle's episode draws.
class NetworkFlag {
 public:
  NetworkFlag(NetworkBuilder& net, const std::string& name, v1::Flag flag);

  bool drawn() const { return choice_ >= 0; }
  bool on() const { return on_; }  // false if it is drawn

  // off: () → Value, on: () → Value, of one shape; what is certainly not chosen is not written.
  template <class Off, class On>
  Value Pick(const Off& off, const On& on) const {
    if (drawn()) return net_.Select(choice_, {off(), on()});
    return on_ ? on() : off();
  }

 private:
  NetworkBuilder& net_;
  int choice_ = -1;
  bool on_ = false;
};

// [example, row, column, channel] in [0, 1], in [−1, 1] where they are centred.
Value Pixels(NetworkBuilder& net, const ImageUse& use, const NetworkFlag& centred);

// The value of `told` with the gradient of `trained`: of a network that is trained on one of two
// losses while its meta-loss is made of always the same.
Value Told(NetworkBuilder& net, Value told, Value trained);

// ", centred" if the flag is true, ", centred any" if it is drawn.
std::string FlagText(const std::string& words, v1::Flag flag);

}  // namespace paceline
