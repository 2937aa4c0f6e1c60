#include "worker/eval/unit_build.h"

#include "paceline_build_id.h"
#include "paceline_unit_build_id.h"

namespace paceline {

std::string UnitBuild() { return PACELINE_ENGINE_BUILD_ID "-" PACELINE_UNIT_BUILD_ID; }

}  // namespace paceline
