#include "coordinator/job/set_aside.h"

namespace paceline {

bool IsSetAside(const Attendance& attendance, SteadyTime now) {
  return !attendance.able && attendance.next_able &&
         now - attendance.absent_since >= kSetAsideAfter;
}

}  // namespace paceline
