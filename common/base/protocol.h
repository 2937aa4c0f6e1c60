// Versions of what programs of different builds exchange.
#pragma once

#include <cstdint>

namespace paceline {

// Of the messages in proto/paceline/v1/worker.proto, the newest and the oldest that this build
// speaks. A worker and a coordinator speak the highest that both do. 4: an answer tells when each
// particle's episode began. 5: tasks may be augmented, and of kinds that older workers do not know
// (common/task/task_protocol.h); a worker tells its plug-ins.
inline constexpr uint32_t kProtocolVersion = 5, kOldestProtocolVersion = 3;
inline constexpr uint32_t kAugmentedTasksProtocol = 5;

// Of the coordinator's database. A coordinator brings older ones, down to the oldest, to its own.
// 3: jobs have a submitter and a priority.
inline constexpr int kStoreFormat = 3, kOldestStoreFormat = 1;

// Of a job: ± this.
inline constexpr int kMostPriority = 1000;

}  // namespace paceline
