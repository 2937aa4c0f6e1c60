// Whether a worker does its work, for whoever watches over it.
#pragma once

#include <string>

#include "worker/agent/agent_numbers.h"

namespace paceline {

// What is seen of it now.
struct WorkerVitals {
  LinkNumbers link;
  std::string device_trouble = {};  // what the device says to a question; empty: all is well
};

// Empty: all is well; else the reason why not, for a person.
//
// Healthy is a worker whose device answers and whose connection is tried or used; one without a
// coordinator waits for it, and is. Ready is one that has joined a coordinator that is heard.
std::string WhyUnhealthy(const WorkerVitals& vitals);
std::string WhyNotReady(const WorkerVitals& vitals);

}  // namespace paceline
